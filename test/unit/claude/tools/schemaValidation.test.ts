import assert from 'node:assert/strict';
import { openInvalidParts } from '../../../../src/claude/tools/schemaValidation.js';

describe('openInvalidParts', () => {
  it('returns a valid schema as it is', () => {
    const schema = { type: 'object', properties: { a: { prefixItems: [true] } } };
    assert.deepEqual(openInvalidParts(schema), { schema });
  });

  it('opens the property with an invalid keyword, and keeps its description and the other properties', () => {
    const invalid = { description: 'An id.', type: 'string', $anchor: '#1' };
    const properties = (a: object): object => ({ b: { properties: { a, c: { type: 'string' } } } });
    assert.deepEqual(openInvalidParts({ properties: properties(invalid) } as never), {
      schema: { properties: properties({ description: 'An id.' }) },
    });
  });

  it('opens several properties, also of definitions, and those that are named like keywords', () => {
    const bad = { $vocabulary: 1 };
    const schema = {
      $defs: { x: bad, y: {} },
      properties: { properties: { items: bad }, a: { anyOf: [bad] } },
    };
    assert.deepEqual(openInvalidParts(schema), {
      schema: { $defs: { x: {}, y: {} }, properties: { properties: {}, a: {} } },
    });
  });

  it('opens and reports a reference to what has been in an opened part', () => {
    const invalid = { $vocabulary: 1, anyOf: [{ $id: 'point' }] };
    const schema = { properties: { a: invalid, b: { $ref: 'point' }, c: { $ref: '#/properties/b' } } };
    const reported: string[] = [];
    assert.deepEqual(
      openInvalidParts(schema, (reference) => void reported.push(reference)),
      {
        schema: { properties: { a: {}, b: { description: 'Type: point.' }, c: { $ref: '#/properties/b' } } },
      },
    );
    assert.deepEqual(reported, ['point']);
  });

  it('leaves out an invalid keyword of the root', () => {
    assert.deepEqual(openInvalidParts({ type: 'object', $anchor: 'a b' }), { schema: { type: 'object' } });
  });

  it('says why a schema with too many invalid parts is not valid', () => {
    const properties = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p${i}`, { $anchor: '!' }]));
    const opened = openInvalidParts({ properties });
    assert.match('reason' in opened ? opened.reason : '', /^properties\/p\d+\/\$anchor must match pattern/);
  });
});
