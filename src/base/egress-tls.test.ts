import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createEgress, type EgressPorts } from './egress.ts'

/** Made for this file, for the name logs.example, valid until 2126; it protects nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggEmY+I6/Mu18cvcd
+rEXbNNrvcAaDZFLd8VoqIGRteahRANCAATX79Va+rsMcFf27QnQPRKaB0vUiZcW
7sER4gP+QZ7tZFPTUJhg1SKVnPuQ17VZbVHU+Lz079dZWBysTsEWKGH9
-----END PRIVATE KEY-----`
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnzCCAUSgAwIBAgIULvwpEhuSOWTLS1U2lKa2LYOVG9swCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMbG9ncy5leGFtcGxlMCAXDTI2MTEyMTAzMTg1OFoYDzIxMjYx
MDI4MDMxODU4WjAXMRUwEwYDVQQDDAxsb2dzLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAATX79Va+rsMcFf27QnQPRKaB0vUiZcW7sER4gP+QZ7tZFPT
UJhg1SKVnPuQ17VZbVHU+Lz079dZWBysTsEWKGH9o2wwajAdBgNVHQ4EFgQUWnzA
sesS9UcSy7XKODACMrterdowHwYDVR0jBBgwFoAUWnzAsesS9UcSy7XKODACMrte
rdowDwYDVR0TAQH/BAUwAwEB/zAXBgNVHREEEDAOggxsb2dzLmV4YW1wbGUwCgYI
KoZIzj0EAwIDSQAwRgIhAKIOTu0UP5EQR4y+U8kDK3yVFPuJKZ0xKx3c7aUcaC19
AiEAq+zaSgAyMrJ+a1ZIdBFqGr2j9n33RXNZpfXrEJJLWfM=
-----END CERTIFICATE-----`

const callOf = async (t: TestContext, ports: EgressPorts) => {
  const names: string[] = []
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    names.push((request.socket as { servername?: string }).servername ?? '') // a TLS socket has it
    response.end('ok')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const egress = createEgress(
    { allowInsecureHttp: false, allowLocalAddresses: true },
    { resolve: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]), ...ports },
  )
  t.after(() => {
    egress.close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server has such an address
  const send = (host: string) =>
    egress.send({
      method: 'POST',
      url: `https://${host}:${port}/`,
      headers: {},
      timeoutMs: 2_000,
      maxResponseBytes: 64,
    })
  return { send, names }
}

test('the certificate is compared with the name, although the address is what gets connected', async t => {
  const { send, names } = await callOf(t, { ca: CERTIFICATE })
  const result = await send('logs.example')
  assert.equal(result.kind === 'response' && result.status, 200)
  assert.deepEqual(names, ['logs.example'])
  assert.deepEqual(await send('other.example'), { kind: 'failed', reason: 'the certificate is for another name' })
})

test('a certificate that no authority vouches for is refused', async t => {
  const { send, names } = await callOf(t, {})
  assert.deepEqual(await send('logs.example'), {
    kind: 'failed',
    reason: 'the certificate is self-signed; NODE_EXTRA_CA_CERTS can name it',
  })
  assert.deepEqual(names, [])
})
