import assert from 'node:assert/strict';
import type { ContentPart } from '../../../src/core/chat.js';
import type { Json } from '../../../src/core/json.js';
import { parseJson } from '../../../src/core/json.js';
import { readContent, readMessageParts, readResultContent } from '../../../src/protocol/content.js';
import { createArgumentsReader } from '../../../src/protocol/toolArguments.js';
import { badRequestMessage } from './badRequestMessage.js';

const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
const GIF = Buffer.from('GIF89a1').toString('base64');
const PDF = Buffer.from('%PDF-1.4 x').toString('base64');
const text = (value: string): ContentPart => ({ type: 'text', text: value });
const image = (mediaType: 'image/png' | 'image/gif', data: string): ContentPart => ({
  type: 'image',
  mediaType,
  data,
});
const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');
const textFile = (value: string, title?: string): ContentPart => {
  return {
    type: 'document',
    source: { type: 'text', text: value },
    ...(title === undefined ? {} : { title }),
  };
};

describe('an image part', () => {
  const URLS: readonly (readonly [string, ContentPart])[] = [
    [`data:image/png;base64,${PNG}`, image('image/png', PNG)],
    [`data:image/jpg;base64,${PNG}`, image('image/png', PNG)],
    [`data:image/x-png;charset=binary;base64,${GIF}`, image('image/gif', GIF)],
    [`data:application/octet-stream;base64,${GIF}`, image('image/gif', GIF)],
    [`data:;base64,${PNG}`, image('image/png', PNG)],
    [PNG, image('image/png', PNG)],
    [`${PNG.slice(0, 8)}\r\n${PNG.slice(8)}`, image('image/png', PNG)],
  ];
  for (const [url, expected] of URLS) {
    it(`is read from ${url.slice(0, 50)}`, () => {
      for (const part of [
        { type: 'image_url', image_url: { url } },
        { type: 'image_url', image_url: url },
        { type: 'input_image', image_url: url },
        { type: 'image', image: url },
        { type: 'image', data: url, mimeType: 'image/png' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: url } },
      ]) {
        assert.deepEqual(readContent([part]), [expected]);
      }
    });
  }

  for (const url of [
    '',
    'x',
    'data:image/png,abc',
    'data:image/tiff;base64,AAAA',
    'data:text/plain;base64,aGk=',
    'file:///a.png',
  ]) {
    it(`is refused with ${JSON.stringify(url)}`, () => {
      assert.equal(
        badRequestMessage(() => readContent([{ type: 'image_url', image_url: { url } }])),
        'invalid image input',
      );
    });
  }
});

describe('a file part', () => {
  const read = (file: Json): readonly ContentPart[] => {
    const parts = readContent([{ type: 'file', file }]);
    assert.deepEqual(readContent([{ type: 'input_file', ...(file as object) }]), parts);
    return parts;
  };

  it('of text is a document with its name', () => {
    for (const type of [
      'text/plain',
      'text/markdown;charset=utf-8',
      'application/yaml',
      'application/octet-stream',
      '',
    ]) {
      const file = { filename: 'notes.md', file_data: `data:${type};base64,${base64('# Ä\n')}` };
      assert.deepEqual(read(file), [textFile('# Ä\n', 'notes.md')]);
    }
    assert.deepEqual(read({ file_data: base64('a,b') }), [textFile('a,b')]);
    assert.deepEqual(read({ file_data: 'data:text/csv,a%2Cb%20c' }), [textFile('a,b c')]);
  });

  it('of text may have another encoding', () => {
    const latin = Buffer.from('Grüße', 'latin1');
    assert.deepEqual(read({ file_data: `data:text/plain;charset=iso-8859-1;base64,${base64(latin)}` }), [
      textFile('Grüße'),
    ]);
    const utf16 = Buffer.from('\ufeffGrüße', 'utf16le');
    assert.deepEqual(read({ file_data: base64(utf16) }), [textFile('Grüße')]);
  });

  it('of PDF is a document, whatever its media type', () => {
    const pdf = { type: 'document', source: { type: 'pdf', data: PDF } };
    assert.deepEqual(read({ file_data: PDF }), [pdf]);
    assert.deepEqual(read({ filename: 'a.pdf', file_data: `data:application/x-pdf;base64,${PDF}` }), [
      { ...pdf, title: 'a.pdf' },
    ]);
  });

  it('of PDF may have the form of an image', () => {
    const part = { type: 'image_url', image_url: { url: `data:application/pdf;base64,${PDF}` } };
    assert.deepEqual(readContent([part]), [{ type: 'document', source: { type: 'pdf', data: PDF } }]);
  });

  it('of an image is an image', () => {
    assert.deepEqual(read({ filename: 'a.bin', file_data: GIF }), [image('image/gif', GIF)]);
  });

  it('without any text says so', () => {
    assert.deepEqual(read({ filename: 'a.txt', file_data: 'data:text/plain;base64,' }), [
      text('The file "a.txt" is empty.'),
    ]);
  });

  it('is refused if Claude cannot read it', () => {
    const zip = {
      filename: 'a.docx',
      file_data: `data:application/zip;base64,${base64('PK\u0003\u0004\u0000')}`,
    };
    assert.match(
      badRequestMessage(() => read(zip)) ?? '',
      /^The file "a\.docx" \(application\/zip\) cannot be sent to Claude/,
    );
    const audio = { file_data: `data:audio/wav;base64,${base64('RIFF')}` };
    assert.match(badRequestMessage(() => read(audio)) ?? '', /^A file \(audio\/wav\) cannot be sent/);
    assert.match(
      badRequestMessage(() => read({ filename: 'a', file_data: '%%%' })) ?? '',
      /"a" is neither base64 nor/,
    );
  });

  it('is refused by its name if it is not sent by value', () => {
    assert.match(
      badRequestMessage(() => read({ file_id: 'file-123' })) ?? '',
      /^file_id "file-123" is not supported/,
    );
    assert.match(
      badRequestMessage(() => read({ file_url: 'https://a.b/c.pdf' })) ?? '',
      /^file_url "https:\/\/a\.b\/c\.pdf"/,
    );
    assert.equal(
      badRequestMessage(() => read({})),
      'file inputs are not currently supported',
    );
  });
});

describe('the content of a message', () => {
  it('keeps the parts of a list apart, and leaves out thinking and empty texts', () => {
    const parts = [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'a' },
      { type: 'text', text: '' },
      { type: 'refusal', refusal: 'No.' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'output_text', text: 'b', annotations: [] },
      { type: 'document', title: 'T', source: { type: 'text', media_type: 'text/plain', data: 'D' } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } },
    ];
    assert.deepEqual(readContent(parts), [
      text('a'),
      text('No.'),
      text('b'),
      textFile('D', 'T'),
      { type: 'document', source: { type: 'pdf', data: PDF } },
    ]);
  });

  it('may be absent, null, or one part', () => {
    for (const nothing of [undefined, null, '', []]) assert.deepEqual(readContent(nothing), []);
    assert.deepEqual(readContent({ type: 'text', text: 'x' }), [text('x')]);
  });

  it('is refused if it is something else', () => {
    for (const [content, message] of [
      [5, 'invalid message content type: float64'],
      [{ a: 1 }, 'invalid message content type: map[string]interface {}'],
      [['x'], 'invalid message format'],
      [[{ type: 'weird' }], 'invalid message format'],
      [[{ type: 'text' }], 'invalid message format'],
      [[{ type: 'tool_result', tool_use_id: 'x' }], 'invalid message format'],
      [
        [{ type: 'input_audio', input_audio: {} }],
        'audio input is not supported: Claude takes text, images, PDF and text files',
      ],
    ] as const) {
      assert.equal(
        badRequestMessage(() => readContent(content)),
        message,
      );
    }
  });

  it('may hold calls and results of Anthropic’s form', () => {
    const parts = parseJson(
      `[{"type":"tool_use","id":"1","name":"f","input":{"n":12345678901234567890}},{"type":"text","text":"x"},
        {"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"r"},{"type":"image","data":"${GIF}"}]}]`,
    );
    assert.deepEqual(readMessageParts(parts, createArgumentsReader()), {
      content: [text('x')],
      calls: [{ id: '1', name: 'f', arguments: { n: 12345678901234567890n } }],
      results: [{ callId: '1', content: [text('r'), image('image/gif', GIF)] }],
    });
  });
});

describe('the content of a result', () => {
  it('that is data is JSON text with all its digits', () => {
    for (const data of [
      '{"id":12345678901234567890}',
      '[1,"a"]',
      '5',
      'true',
      '[{"type":"event"}]',
      '["a","b"]',
      '{}',
    ]) {
      assert.deepEqual(readResultContent(parseJson(data)), [text(data)]);
    }
  });

  it('that is text or parts is kept', () => {
    assert.deepEqual(readResultContent('x'), [text('x')]);
    assert.deepEqual(readResultContent(null), []);
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    assert.deepEqual(readResultContent(parts), [text('a'), text('b')]);
  });
});

describe('the arguments of a call', () => {
  const CASES: readonly (readonly [Json | undefined, object])[] = [
    [undefined, {}],
    [null, {}],
    ['', {}],
    [' \n', {}],
    ['null', {}],
    ['[]', {}],
    [[], {}],
    ['"null"', {}],
    [{ a: null }, { a: null }],
    ['{"a":1}', { a: 1 }],
    [JSON.stringify('{"a":1}'), { a: 1 }],
    [JSON.stringify(JSON.stringify('{"a":1}')), { raw_arguments: JSON.stringify(JSON.stringify('{"a":1}')) }],
    ['{"a":1', { raw_arguments: '{"a":1' }],
    ['ls -la', { raw_arguments: 'ls -la' }],
    ['[1,2]', { raw_arguments: '[1,2]' }],
    [[1, 2], { raw_arguments: '[1,2]' }],
    [7, { raw_arguments: '7' }],
    [false, { raw_arguments: 'false' }],
    ['{"id":12345678901234567890}', { id: 12345678901234567890n }],
  ];
  for (const [sent, expected] of CASES) {
    it(`are an object for ${JSON.stringify(sent)}`, () =>
      assert.deepEqual(createArgumentsReader()(sent), expected));
  }

  it('of all calls together must not exceed the limits of one body', () => {
    const read = createArgumentsReader();
    const large = `{"a":[${'1,'.repeat(400_000)}1]}`;
    read(large);
    read(large);
    assert.match(badRequestMessage(() => read(large)) ?? '', /too many values/);
  });
});
