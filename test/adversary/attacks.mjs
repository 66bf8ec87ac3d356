// What a web page can do to a server. Runs in the page: the tests give this file's text to the browser.
// Each attack resolves, when the browser is done with it, with what the page could read of the answer.

const CHAT = JSON.stringify({
  model: 'claude-sonnet',
  messages: [{ role: 'user', content: 'hi' }],
  stream: false,
});
const BASIC = { mode: 'no-cors' };
/** For what never says that it is done. */
const SETTLED_MS = 500;
const FRAME_MS = 2_000;
const PATIENCE_MS = 10_000;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Adds an element that loads something, and waits for it to have loaded or not. */
function element(tag, properties, parent = document.body) {
  return new Promise((resolve) => {
    const made = document.createElement(tag);
    made.addEventListener('load', () => resolve(made));
    made.addEventListener('loadeddata', () => resolve(made));
    made.addEventListener('error', () => resolve(made));
    for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
    parent.append(made);
  });
}

async function fetched(url, options = {}) {
  const response = await fetch(url, options);
  return response.text();
}

function posted(url, body, options = {}) {
  return fetched(url, { method: 'POST', body, ...options });
}

function requested(method, url, body, headers = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.addEventListener('loadend', () => resolve(request.responseText));
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(body);
  });
}

/** What a frame shows, as far as this page may look. */
async function framed(tag, properties) {
  const frame = await Promise.race([element(tag, properties), wait(FRAME_MS)]);
  return frame?.contentDocument?.body?.textContent;
}

/** Sends a form whose answer goes into a frame. */
function submitted(url, properties, fields) {
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

function styled(css) {
  const style = document.createElement('style');
  style.textContent = css;
  document.body.append(style);
  const used = document.createElement('div');
  used.className = 'attack';
  used.textContent = 'attack';
  document.body.append(used);
  return wait(SETTLED_MS);
}

function streamed(url, options) {
  return new Promise((resolve) => {
    const source = new EventSource(url, options);
    const end = (text) => {
      source.close();
      resolve(text);
    };
    source.addEventListener('message', (event) => end(event.data));
    source.addEventListener('open', () => end('opened'));
    source.addEventListener('error', () => end(undefined));
  });
}

function connected(url) {
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

/** A message of JSON in a form that is sent as text/plain: the sign between name and value ends up in a string. */
const TEXT_FIELD = { [`${CHAT.slice(0, -1)},"x":"`]: '"}' };

/** Name → attack on `to(path)`. `via(address)` leads there by a redirect that keeps the method. */
const attacks = {
  fetchGet: (to) => fetched(to('/api/tags')),
  fetchGetModels: (to) => fetched(to('/v1/models')),
  fetchGetVersion: (to) => fetched(to('/api/version')),
  fetchGetUnknown: (to) => fetched(to('/nope')),
  fetchGetNoCors: (to) => fetched(to('/api/tags'), BASIC),
  fetchGetSameOrigin: (to) => fetched(to('/api/tags'), { mode: 'same-origin' }),
  fetchGetCredentials: (to) => fetched(to('/api/tags'), { credentials: 'include' }),
  fetchGetNoReferrer: (to) => fetched(to('/api/tags'), { ...BASIC, referrerPolicy: 'no-referrer' }),
  fetchGetHeader: (to) => fetched(to('/api/tags'), { headers: { 'x-attack': '1' } }),
  fetchHead: (to) => fetched(to('/api/tags'), { method: 'HEAD' }),
  fetchHeadNoCors: (to) => fetched(to('/api/tags'), { ...BASIC, method: 'HEAD' }),
  fetchPostText: (to) => posted(to('/api/chat'), CHAT),
  fetchPostTextNoCors: (to) => posted(to('/api/chat'), CHAT, BASIC),
  fetchPostUrlencoded: (to) => posted(to('/api/chat'), new URLSearchParams({ model: CHAT }), BASIC),
  fetchPostMultipart: (to) => posted(to('/api/chat'), form(), BASIC),
  fetchPostTypeless: (to) => posted(to('/api/chat'), new Blob([CHAT])),
  fetchPostTypelessNoCors: (to) => posted(to('/api/chat'), new Blob([CHAT]), BASIC),
  fetchPostBytes: (to) => posted(to('/api/chat'), new TextEncoder().encode(CHAT), BASIC),
  fetchPostEmpty: (to) => posted(to('/api/chat'), '', BASIC),
  fetchPostJson: (to) => posted(to('/api/chat'), CHAT, { headers: { 'content-type': 'application/json' } }),
  fetchPostJsonNoCors: (to) =>
    posted(to('/api/chat'), CHAT, { ...BASIC, headers: { 'content-type': 'application/json' } }),
  fetchPostJsonBlob: (to) => posted(to('/api/chat'), new Blob([CHAT], { type: 'application/json' }), BASIC),
  fetchPostJsonInText: (to) =>
    posted(to('/api/chat'), CHAT, { ...BASIC, headers: { 'content-type': 'text/plain; application/json' } }),
  fetchPostKeepalive: (to) => posted(to('/api/chat'), CHAT, { ...BASIC, keepalive: true }),
  fetchPostBearer: (to) => posted(to('/api/chat'), CHAT, { headers: { authorization: 'Bearer ollama' } }),
  fetchPostGenerate: (to) => posted(to('/api/generate'), CHAT, BASIC),
  fetchPostOpenai: (to) => posted(to('/v1/chat/completions'), CHAT, BASIC),
  fetchPostResponses: (to) => posted(to('/v1/responses'), CHAT, BASIC),
  fetchPostAnthropic: (to) => posted(to('/v1/messages'), CHAT, BASIC),
  fetchPostPull: (to) => posted(to('/api/pull'), CHAT, BASIC),
  fetchPostCopy: (to) => posted(to('/api/copy'), '{"source":"claude-sonnet","destination":"evil"}', BASIC),
  fetchDelete: (to) => fetched(to('/api/delete'), { method: 'DELETE', body: CHAT }),
  fetchPut: (to) => fetched(to('/api/chat'), { method: 'PUT', body: CHAT }),
  fetchPatch: (to) => fetched(to('/api/chat'), { method: 'PATCH', body: CHAT }),
  fetchOptions: (to) => fetched(to('/api/chat'), { method: 'OPTIONS' }),
  xhrGet: (to) => requested('GET', to('/api/tags')),
  xhrPostText: (to) => requested('POST', to('/api/chat'), CHAT),
  xhrPostJson: (to) => requested('POST', to('/api/chat'), CHAT, { 'content-type': 'application/json' }),
  beaconText: (to) => void navigator.sendBeacon(to('/api/chat'), CHAT),
  beaconTypeless: (to) => void navigator.sendBeacon(to('/api/chat'), new Blob([CHAT])),
  beaconForm: (to) => void navigator.sendBeacon(to('/api/chat'), form()),
  beaconJson: (to) =>
    void navigator.sendBeacon(to('/api/chat'), new Blob([CHAT], { type: 'application/json' })),
  formGet: (to) =>
    submitted(to('/api/tags'), { method: 'get' }, { v: new URL(to('/')).searchParams.get('v') }),
  formUrlencoded: (to) => submitted(to('/api/chat'), { method: 'post' }, { model: CHAT }),
  formMultipart: (to) =>
    submitted(to('/api/chat'), { method: 'post', enctype: 'multipart/form-data' }, { model: CHAT }),
  formText: (to) => submitted(to('/api/chat'), { method: 'post', enctype: 'text/plain' }, TEXT_FIELD),
  formTextNoReferrer: (to) =>
    submitted(to('/api/chat'), { method: 'post', enctype: 'text/plain', rel: 'noreferrer' }, TEXT_FIELD),
  image: (to) => element('img', { src: to('/api/tags') }).then((made) => made.naturalWidth || undefined),
  imageAnonymous: (to) => element('img', { crossorigin: 'anonymous', src: to('/api/tags') }).then(() => ''),
  imageNoReferrer: (to) =>
    element('img', { referrerpolicy: 'no-referrer', src: to('/api/tags') }).then(() => ''),
  script: (to) => element('script', { src: to('/api/tags') }).then(() => ''),
  scriptModule: (to) => element('script', { type: 'module', src: to('/api/tags') }).then(() => ''),
  stylesheet: (to) => element('link', { rel: 'stylesheet', href: to('/api/tags') }).then(() => ''),
  prefetch: (to) => element('link', { rel: 'prefetch', href: to('/api/tags') }).then(() => ''),
  preload: (to) => element('link', { rel: 'preload', as: 'fetch', href: to('/api/tags') }).then(() => ''),
  modulePreload: (to) => element('link', { rel: 'modulepreload', href: to('/api/tags') }).then(() => ''),
  iframe: (to) => framed('iframe', { src: to('/api/tags') }),
  iframeSandboxed: (to) => framed('iframe', { sandbox: 'allow-scripts', src: to('/api/tags') }),
  object: (to) => framed('object', { data: to('/api/tags') }),
  embed: (to) => element('embed', { src: to('/api/tags'), type: 'text/html' }).then(() => ''),
  video: (to) => element('video', { preload: 'auto', src: to('/api/tags') }).then(() => ''),
  audio: (to) => element('audio', { preload: 'auto', src: to('/api/tags') }).then(() => ''),
  cssBackground: (to) => styled(`.attack { background: url("${to('/api/tags')}") }`),
  cssImport: (to) => styled(`@import url("${to('/api/tags')}");`),
  cssFont: (to) =>
    styled(`@font-face { font-family: a; src: url("${to('/api/tags')}") } .attack { font-family: a }`),
  metaRefresh: (to) =>
    element('iframe', { srcdoc: `<meta http-equiv="refresh" content="0; url=${to('/api/tags')}">` }).then(
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
  eventSource: (to) => streamed(to('/api/tags')),
  eventSourceCredentials: (to) => streamed(to('/api/tags'), { withCredentials: true }),
  redirectedGet: (to, via) => fetched(via(to('/api/tags'))),
  redirectedGetNoCors: (to, via) => fetched(via(to('/api/tags')), BASIC),
  redirectedPost: (to, via) => posted(via(to('/api/chat')), CHAT),
  redirectedPostNoCors: (to, via) => posted(via(to('/api/chat')), new Blob([CHAT]), BASIC),
  redirectedForm: (to, via) =>
    submitted(via(to('/api/chat')), { method: 'post', enctype: 'text/plain' }, TEXT_FIELD),
  redirectedImage: (to, via) => element('img', { src: via(to('/api/tags')) }).then(() => ''),
  redirectedFrame: (to, via) => framed('iframe', { src: via(to('/api/tags')) }),
  redirectedPopup: (to, via) => void window.open(via(to('/api/tags'))),
  webSocket: (to) => connected(to('/api/chat')),
  webSocketRoot: (to) => connected(to('/')),
};

/**
 * Every attack on the server at `base` at once: name → what could be read, as a string, or `null`.
 * `redirector` is the address of a server that redirects.
 */
globalThis.attackAll = async (base, redirector) => {
  const via = (address) => `${redirector}?to=${encodeURIComponent(address)}`;
  const done = await Promise.all(
    Object.entries(attacks).map(async ([name, attack]) => {
      const to = (path) => `${base}${path}?v=${name}`;
      const patience = wait(PATIENCE_MS);
      try {
        const read = await Promise.race([attack(to, via), patience]);
        return [name, read === undefined || read === null || read === '' ? null : String(read)];
      } catch {
        return [name, null];
      }
    }),
  );
  return Object.fromEntries(done);
};
