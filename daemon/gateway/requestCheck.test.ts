import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ListenerPlace, RequestHead } from './requestCheck.ts';
import { findRefusal } from './requestCheck.ts';

const tcp: ListenerPlace = { kind: 'tcp', port: 9178 };
const local: ListenerPlace = { kind: 'local' };
const token = 'ab'.repeat(32);

function head(over: Partial<RequestHead> & { headers?: readonly string[] } = {}): RequestHead {
  const { headers = [], ...rest } = over;
  return {
    httpVersion: '1.1',
    method: 'GET',
    target: '/healthz',
    rawHeaders: ['Host', '127.0.0.1:9178', ...headers],
    ...rest,
  };
}

const json = ['Content-Type', 'application/json'];

describe('the check of a request', () => {
  const allowed: [string, RequestHead][] = [
    ['a plain request', head()],
    ['localhost by name', head({ rawHeaders: ['host', 'LOCALHOST:9178'] })],
    ['the other family', head({ rawHeaders: ['Host', '[::1]:9178'] })],
    ['its own page', head({ headers: ['Origin', 'http://localhost:9178'] })],
    ['a fetch of its own page', head({ headers: ['Sec-Fetch-Site', 'same-origin'] })],
    [
      'a person who opens the page',
      head({ target: '/', headers: ['Sec-Fetch-Site', 'none', 'Sec-Fetch-Mode', 'navigate'] }),
    ],
    ['JSON', head({ method: 'POST', headers: [...json, 'Content-Length', '10'] })],
    [
      'JSON that names its charset',
      head({ method: 'POST', headers: ['Content-Type', 'application/json; charset=utf-8'] }),
    ],
  ];
  for (const [name, request] of allowed)
    it(`lets ${name} go on`, () => assert.equal(findRefusal(request, tcp), undefined));

  const refused: [number, string, RequestHead][] = [
    [400, 'HTTP/1.0', head({ httpVersion: '1.0' })],
    [400, 'an unknown method', head({ method: 'TRACE' })],
    [400, 'an absolute form', head({ target: 'http://127.0.0.1:9178/healthz' })],
    [400, 'a backslash', head({ target: '/\\evil' })],
    [400, 'a control byte', head({ target: '/a\u0001' })],
    [400, 'a target that is too long', head({ target: `/${'a'.repeat(4096)}` })],
    [403, 'no host', head({ rawHeaders: [] })],
    [403, 'two hosts', head({ headers: ['Host', '127.0.0.1:9178'] })],
    [403, 'a rebound name', head({ rawHeaders: ['Host', 'rebind.test:9178'] })],
    [403, 'a host without a port', head({ rawHeaders: ['Host', '127.0.0.1'] })],
    [403, 'another port', head({ rawHeaders: ['Host', '127.0.0.1:9179'] })],
    [403, 'another loopback address', head({ rawHeaders: ['Host', '127.0.0.2:9178'] })],
    [403, 'a suffix of a known host', head({ rawHeaders: ['Host', 'x127.0.0.1:9178'] })],
    [403, 'the host of the private socket', head({ rawHeaders: ['Host', 'waggle'] })],
    [403, 'a foreign origin', head({ headers: ['Origin', 'http://evil.test'] })],
    [
      403,
      'an origin equal to a rebound host',
      head({ headers: ['Origin', 'http://rebind.test:9178'] }),
    ],
    [403, 'the null origin', head({ headers: ['Origin', 'null'] })],
    [403, 'an empty origin', head({ headers: ['Origin', ''] })],
    [403, 'an origin of another scheme', head({ headers: ['Origin', 'https://127.0.0.1:9178'] })],
    [403, 'a webview', head({ headers: ['Origin', 'vscode-webview://abc'] })],
    [403, 'an origin with a path', head({ headers: ['Origin', 'http://127.0.0.1:9178/'] })],
    [
      403,
      'a list of origins',
      head({ headers: ['Origin', 'http://127.0.0.1:9178 http://evil.test'] }),
    ],
    [
      403,
      'two origins',
      head({ headers: ['Origin', 'http://127.0.0.1:9178', 'Origin', 'http://127.0.0.1:9178'] }),
    ],
    [403, 'a fetch from another site', head({ headers: ['Sec-Fetch-Site', 'cross-site'] })],
    [403, 'a fetch from a neighbour', head({ headers: ['Sec-Fetch-Site', 'same-site'] })],
    [403, 'a navigation to a route', head({ headers: ['Sec-Fetch-Mode', 'navigate'] })],
    [405, 'a preflight', head({ method: 'OPTIONS' })],
    [415, 'a form', head({ method: 'POST', headers: ['Content-Type', 'text/plain'] })],
    [415, 'a body without a type', head({ method: 'POST' })],
    [415, 'a body that a GET brings', head({ headers: ['Content-Length', '3'] })],
    [
      413,
      'a body that is too long',
      head({ method: 'POST', headers: [...json, 'Content-Length', '262145'] }),
    ],
    [400, 'a token by name in the query', head({ target: '/healthz?token=x' })],
    [400, 'a token by shape in the query', head({ target: `/healthz?q=${token}` })],
    [400, 'a token in a cookie', head({ headers: ['Cookie', `a=${token}`] })],
    [
      400,
      'two credentials',
      head({ headers: ['Authorization', 'Bearer a', 'Authorization', 'Bearer b'] }),
    ],
  ];
  for (const [status, name, request] of refused)
    it(`answers ${status} to ${name}`, () => {
      assert.equal(findRefusal(request, tcp)?.status, status);
    });

  it('takes one host and no origin on the private socket', () => {
    const hosts = ['waggle', '127.0.0.1:9178', 'localhost', ''];
    assert.deepEqual(
      hosts.map((host) => findRefusal(head({ rawHeaders: ['Host', host] }), local)?.status),
      [undefined, 403, 403, 403],
    );
    const withOrigin = head({ rawHeaders: ['Host', 'waggle', 'Origin', 'http://waggle'] });
    assert.equal(findRefusal(withOrigin, local)?.status, 403);
  });

  it('refuses any host that is not exactly one of three', () => {
    const known = ['127.0.0.1:9178', 'localhost:9178', '[::1]:9178'];
    const nearly = fc
      .constantFrom(...known)
      .chain((host) =>
        fc.tuple(fc.string(), fc.constant(host), fc.string()).map((parts) => parts.join('')),
      );
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (host) => {
        const isKnown = known.includes(host.toLowerCase());
        const refusal = findRefusal(head({ rawHeaders: ['Host', host] }), tcp);
        assert.equal(refusal === undefined, isKnown);
      }),
    );
  });
});
