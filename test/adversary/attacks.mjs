// The requests that a web page can send to a server. Runs in the page: the tests pass this file's text to the browser.
// Each attack resolves when the browser has finished it, with the part of the response that the page could read.

const CHAT = JSON.stringify({
  model: 'claude-sonnet',
  messages: [{ role: 'user', content: 'hi' }],
  stream: false,
});
/** @type {RequestInit} */
const NO_CORS = { mode: 'no-cors' };
/** How long to wait for attacks that report no end. */
const SETTLED_MS = 500;
const FRAME_MS = 2_000;
const ATTACK_TIMEOUT_MS = 10_000;

/**
 * @param {number} ms
 * @returns {Promise<undefined>}
 */
const wait = (ms) => new Promise((resolve) => setTimeout(() => resolve(undefined), ms));

/**
 * Adds an element that loads something, and waits until it has loaded or failed.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string>>} properties
 * @param {HTMLElement} parent
 * @returns {Promise<HTMLElementTagNameMap[Tag]>}
 */
function loadElement(tag, properties, parent = document.body) {
  return new Promise((resolve) => {
    const added = document.createElement(tag);
    added.addEventListener('load', () => resolve(added));
    added.addEventListener('loadeddata', () => resolve(added));
    added.addEventListener('error', () => resolve(added));
    for (const [name, value] of Object.entries(properties)) added.setAttribute(name, value);
    parent.append(added);
  });
}

/**
 * @param {string} url
 * @param {RequestInit} options
 */
async function fetchText(url, options = {}) {
  const response = await fetch(url, options);
  return response.text();
}

/**
 * @param {string} url
 * @param {BodyInit} body
 * @param {RequestInit} options
 */
function postText(url, body, options = {}) {
  return fetchText(url, { method: 'POST', body, ...options });
}

/**
 * @param {string} method
 * @param {string} url
 * @param {string} [body]
 * @param {Readonly<Record<string, string>>} headers
 * @returns {Promise<string>}
 */
function xhrText(method, url, body, headers = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.addEventListener('loadend', () => resolve(request.responseText));
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(body);
  });
}

/**
 * The text of a frame, if this page may read it.
 * @param {'iframe' | 'object'} tag
 * @param {Readonly<Record<string, string>>} properties
 */
async function frameText(tag, properties) {
  const frame = await Promise.race([loadElement(tag, properties), wait(FRAME_MS)]);
  return frame?.contentDocument?.body?.textContent;
}

/**
 * Submits a form into a frame.
 * @param {string} url
 * @param {Readonly<Record<string, string>>} properties of the form
 * @param {Readonly<Record<string, string>>} fields name → value
 * @returns {Promise<string | null | undefined>} the text of the frame, if this page may read it
 */
function submitForm(url, properties, fields) {
  const frame = document.createElement('iframe');
  frame.name = `frame${Math.random()}`;
  document.body.append(frame);
  const form = document.createElement('form');
  form.action = url;
  form.target = frame.name;
  for (const [name, value] of Object.entries(properties)) form.setAttribute(name, value);
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  return new Promise((resolve) => {
    frame.addEventListener('load', () => {
      try {
        resolve(frame.contentDocument?.body?.textContent);
      } catch {
        resolve(undefined);
      }
    });
    form.submit();
  });
}

/** @param {string} css */
function applyStyle(css) {
  const style = document.createElement('style');
  style.textContent = css;
  document.body.append(style);
  const used = document.createElement('div');
  used.className = 'attack';
  used.textContent = 'attack';
  document.body.append(used);
  return wait(SETTLED_MS);
}

/**
 * @param {string} url
 * @param {EventSourceInit} [options]
 * @returns {Promise<string | undefined>}
 */
function openEventSource(url, options) {
  return new Promise((resolve) => {
    const source = new EventSource(url, options);
    /** @param {string | undefined} text */
    const end = (text) => {
      source.close();
      resolve(text);
    };
    source.addEventListener('message', (event) => end(event.data));
    source.addEventListener('open', () => end('opened'));
    source.addEventListener('error', () => end(undefined));
  });
}

/**
 * @param {string} url
 * @returns {Promise<string | undefined>}
 */
function openWebSocket(url) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'));
    socket.addEventListener('open', () => resolve('opened'));
    socket.addEventListener('error', () => resolve(undefined));
  });
}

function form() {
  const data = new FormData();
  data.append('model', 'claude-sonnet');
  return data;
}

/** A JSON message as a text/plain form: the `=` between name and value ends up inside a string. */
const TEXT_FIELD = { [`${CHAT.slice(0, -1)},"x":"`]: '"}' };

/**
 * Name → attack on the URL `to(path)`. `via(url)` redirects to that URL and keeps the method.
 * @typedef {string | number | null | undefined | void} ReadText what the page could read
 * @type {Readonly<Record<string, (to: (path: string) => string, via: (url: string) => string) => ReadText | Promise<ReadText>>>}
 */
const attacks = {
  fetchGet: (to) => fetchText(to('/api/tags')),
  fetchGetModels: (to) => fetchText(to('/v1/models')),
  fetchGetVersion: (to) => fetchText(to('/api/version')),
  fetchGetUnknown: (to) => fetchText(to('/nope')),
  fetchGetNoCors: (to) => fetchText(to('/api/tags'), NO_CORS),
  fetchGetSameOrigin: (to) => fetchText(to('/api/tags'), { mode: 'same-origin' }),
  fetchGetCredentials: (to) => fetchText(to('/api/tags'), { credentials: 'include' }),
  fetchGetNoReferrer: (to) => fetchText(to('/api/tags'), { ...NO_CORS, referrerPolicy: 'no-referrer' }),
  fetchGetHeader: (to) => fetchText(to('/api/tags'), { headers: { 'x-attack': '1' } }),
  fetchHead: (to) => fetchText(to('/api/tags'), { method: 'HEAD' }),
  fetchHeadNoCors: (to) => fetchText(to('/api/tags'), { ...NO_CORS, method: 'HEAD' }),
  fetchPostText: (to) => postText(to('/api/chat'), CHAT),
  fetchPostTextNoCors: (to) => postText(to('/api/chat'), CHAT, NO_CORS),
  fetchPostUrlencoded: (to) => postText(to('/api/chat'), new URLSearchParams({ model: CHAT }), NO_CORS),
  fetchPostMultipart: (to) => postText(to('/api/chat'), form(), NO_CORS),
  fetchPostTypeless: (to) => postText(to('/api/chat'), new Blob([CHAT])),
  fetchPostTypelessNoCors: (to) => postText(to('/api/chat'), new Blob([CHAT]), NO_CORS),
  fetchPostBytes: (to) => postText(to('/api/chat'), new TextEncoder().encode(CHAT), NO_CORS),
  fetchPostEmpty: (to) => postText(to('/api/chat'), '', NO_CORS),
  fetchPostJson: (to) => postText(to('/api/chat'), CHAT, { headers: { 'content-type': 'application/json' } }),
  fetchPostJsonNoCors: (to) =>
    postText(to('/api/chat'), CHAT, { ...NO_CORS, headers: { 'content-type': 'application/json' } }),
  fetchPostJsonBlob: (to) =>
    postText(to('/api/chat'), new Blob([CHAT], { type: 'application/json' }), NO_CORS),
  fetchPostJsonInText: (to) =>
    postText(to('/api/chat'), CHAT, {
      ...NO_CORS,
      headers: { 'content-type': 'text/plain; application/json' },
    }),
  fetchPostKeepalive: (to) => postText(to('/api/chat'), CHAT, { ...NO_CORS, keepalive: true }),
  fetchPostBearer: (to) => postText(to('/api/chat'), CHAT, { headers: { authorization: 'Bearer ollama' } }),
  fetchPostGenerate: (to) => postText(to('/api/generate'), CHAT, NO_CORS),
  fetchPostOpenai: (to) => postText(to('/v1/chat/completions'), CHAT, NO_CORS),
  fetchPostResponses: (to) => postText(to('/v1/responses'), CHAT, NO_CORS),
  fetchPostAnthropic: (to) => postText(to('/v1/messages'), CHAT, NO_CORS),
  fetchPostPull: (to) => postText(to('/api/pull'), CHAT, NO_CORS),
  fetchPostCopy: (to) =>
    postText(to('/api/copy'), '{"source":"claude-sonnet","destination":"evil"}', NO_CORS),
  fetchDelete: (to) => fetchText(to('/api/delete'), { method: 'DELETE', body: CHAT }),
  fetchPut: (to) => fetchText(to('/api/chat'), { method: 'PUT', body: CHAT }),
  fetchPatch: (to) => fetchText(to('/api/chat'), { method: 'PATCH', body: CHAT }),
  fetchOptions: (to) => fetchText(to('/api/chat'), { method: 'OPTIONS' }),
  xhrGet: (to) => xhrText('GET', to('/api/tags')),
  xhrPostText: (to) => xhrText('POST', to('/api/chat'), CHAT),
  xhrPostJson: (to) => xhrText('POST', to('/api/chat'), CHAT, { 'content-type': 'application/json' }),
  beaconText: (to) => void navigator.sendBeacon(to('/api/chat'), CHAT),
  beaconTypeless: (to) => void navigator.sendBeacon(to('/api/chat'), new Blob([CHAT])),
  beaconForm: (to) => void navigator.sendBeacon(to('/api/chat'), form()),
  beaconJson: (to) =>
    void navigator.sendBeacon(to('/api/chat'), new Blob([CHAT], { type: 'application/json' })),
  formGet: (to) =>
    submitForm(to('/api/tags'), { method: 'get' }, { v: new URL(to('/')).searchParams.get('v') ?? '' }),
  formUrlencoded: (to) => submitForm(to('/api/chat'), { method: 'post' }, { model: CHAT }),
  formMultipart: (to) =>
    submitForm(to('/api/chat'), { method: 'post', enctype: 'multipart/form-data' }, { model: CHAT }),
  formText: (to) => submitForm(to('/api/chat'), { method: 'post', enctype: 'text/plain' }, TEXT_FIELD),
  formTextNoReferrer: (to) =>
    submitForm(to('/api/chat'), { method: 'post', enctype: 'text/plain', rel: 'noreferrer' }, TEXT_FIELD),
  image: (to) =>
    loadElement('img', { src: to('/api/tags') }).then((image) => image.naturalWidth || undefined),
  imageAnonymous: (to) =>
    loadElement('img', { crossorigin: 'anonymous', src: to('/api/tags') }).then(() => ''),
  imageNoReferrer: (to) =>
    loadElement('img', { referrerpolicy: 'no-referrer', src: to('/api/tags') }).then(() => ''),
  script: (to) => loadElement('script', { src: to('/api/tags') }).then(() => ''),
  scriptModule: (to) => loadElement('script', { type: 'module', src: to('/api/tags') }).then(() => ''),
  stylesheet: (to) => loadElement('link', { rel: 'stylesheet', href: to('/api/tags') }).then(() => ''),
  prefetch: (to) => loadElement('link', { rel: 'prefetch', href: to('/api/tags') }).then(() => ''),
  preload: (to) => loadElement('link', { rel: 'preload', as: 'fetch', href: to('/api/tags') }).then(() => ''),
  modulePreload: (to) => loadElement('link', { rel: 'modulepreload', href: to('/api/tags') }).then(() => ''),
  iframe: (to) => frameText('iframe', { src: to('/api/tags') }),
  iframeSandboxed: (to) => frameText('iframe', { sandbox: 'allow-scripts', src: to('/api/tags') }),
  object: (to) => frameText('object', { data: to('/api/tags') }),
  embed: (to) => loadElement('embed', { src: to('/api/tags'), type: 'text/html' }).then(() => ''),
  video: (to) => loadElement('video', { preload: 'auto', src: to('/api/tags') }).then(() => ''),
  audio: (to) => loadElement('audio', { preload: 'auto', src: to('/api/tags') }).then(() => ''),
  cssBackground: (to) => applyStyle(`.attack { background: url("${to('/api/tags')}") }`),
  cssImport: (to) => applyStyle(`@import url("${to('/api/tags')}");`),
  cssFont: (to) =>
    applyStyle(`@font-face { font-family: a; src: url("${to('/api/tags')}") } .attack { font-family: a }`),
  metaRefresh: (to) =>
    loadElement('iframe', { srcdoc: `<meta http-equiv="refresh" content="0; url=${to('/api/tags')}">` }).then(
      () => wait(SETTLED_MS),
    ),
  moduleImport: (to) => import(to('/api/tags')).then(() => 'loaded'),
  worker: (to) =>
    new Promise((resolve) => new Worker(to('/api/tags')).addEventListener('error', () => resolve(undefined))),
  popup: (to) => void window.open(to('/api/tags')),
  ping: (to, via) => {
    const link = document.createElement('a');
    link.ping = to('/api/chat');
    link.href = via('about:blank');
    const frame = document.createElement('iframe');
    frame.name = 'pinged';
    document.body.append(frame);
    link.target = frame.name;
    document.body.append(link);
    link.click();
  },
  eventSource: (to) => openEventSource(to('/api/tags')),
  eventSourceCredentials: (to) => openEventSource(to('/api/tags'), { withCredentials: true }),
  redirectedGet: (to, via) => fetchText(via(to('/api/tags'))),
  redirectedGetNoCors: (to, via) => fetchText(via(to('/api/tags')), NO_CORS),
  redirectedPost: (to, via) => postText(via(to('/api/chat')), CHAT),
  redirectedPostNoCors: (to, via) => postText(via(to('/api/chat')), new Blob([CHAT]), NO_CORS),
  redirectedForm: (to, via) =>
    submitForm(via(to('/api/chat')), { method: 'post', enctype: 'text/plain' }, TEXT_FIELD),
  redirectedImage: (to, via) => loadElement('img', { src: via(to('/api/tags')) }).then(() => ''),
  redirectedFrame: (to, via) => frameText('iframe', { src: via(to('/api/tags')) }),
  redirectedPopup: (to, via) => void window.open(via(to('/api/tags'))),
  webSocket: (to) => openWebSocket(to('/api/chat')),
  webSocketRoot: (to) => openWebSocket(to('/')),
};

/**
 * Runs every attack on the server at `base` at the same time. Returns name → the text that could be read, or `null`.
 * `redirector` is the URL of a server that redirects.
 * @param {string} base
 * @param {string} redirector
 */
async function attackAll(base, redirector) {
  /** @param {string} url */
  const via = (url) => `${redirector}?to=${encodeURIComponent(url)}`;
  const done = await Promise.all(
    Object.entries(attacks).map(async ([name, attack]) => {
      /** @param {string} path */
      const to = (path) => `${base}${path}?v=${name}`;
      const timeout = wait(ATTACK_TIMEOUT_MS);
      try {
        const read = await Promise.race([attack(to, via), timeout]);
        return [name, read === undefined || read === null || read === '' ? null : String(read)];
      } catch {
        return [name, null];
      }
    }),
  );
  return Object.fromEntries(done);
}
Object.assign(globalThis, { attackAll });
