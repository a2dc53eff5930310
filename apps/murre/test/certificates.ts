import { temporaryFolder } from "@murre/test-kit";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

// An authority, and what it signed: a server of 127.0.0.1 and localhost, and a client. They protect nothing.

export const authority = `-----BEGIN CERTIFICATE-----
MIIBhTCCASqgAwIBAgIUQKdY6De+QP+vd79gcotsRM9rjRowCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUbXVycmUgdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI4MDgyNTU1
WhgPMjEyNjExMDQwODI1NTVaMB8xHTAbBgNVBAMMFG11cnJlIHRlc3QgYXV0aG9y
aXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdTBVUp80d5fPWwNnNOSqYnV8
MSffBbJjOzELOvSMzrBNSTUEi2ElqjidVSgcN5zUoy/8O9Rq0G3yhZHESPvifqNC
MEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFA6n
QJTPBGJqL2IhELyrdckToAK2MAoGCCqGSM49BAMCA0kAMEYCIQDiP2czWgnUEeMu
1Pf8f254B6MjwQi4nrNmo1gQwhAQNwIhAJ84JfUffyciGrpe/qY1nDNnFYMDmQbC
zg8geYMLx2uI
-----END CERTIFICATE-----
`;

export const serverKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgO6duXGiTjs0HXO6J
4MYU9cW8OM0nFg2W5cdlHLMNCCChRANCAAQq6MXPY+yL/9a7F0QU6G7gFGjiISW2
e8Qho8n2J8VnhbAGQVpqJTDkAymjG3U3gIDBsBWF+swcGcUERr2I4/w/
-----END PRIVATE KEY-----
`;

export const serverCertificate = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVGgAwIBAgICZMkwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUbXVycmUg
dGVzdCBhdXRob3JpdHkwIBcNMjYxMTI4MDgyNTU1WhgPMjEyNjExMDQwODI1NTVa
MBwxGjAYBgNVBAMMEW11cnJlIHRlc3Qgc2VydmVyMFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAEKujFz2Psi//WuxdEFOhu4BRo4iEltnvEIaPJ9ifFZ4WwBkFaaiUw
5AMpoxt1N4CAwbAVhfrMHBnFBEa9iOP8P6N+MHwwCQYDVR0TBAIwADAaBgNVHREE
EzARhwR/AAABgglsb2NhbGhvc3QwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0O
BBYEFBfnJzVUN4rW4jMBjUPB2jDCltrrMB8GA1UdIwQYMBaAFA6nQJTPBGJqL2Ih
ELyrdckToAK2MAoGCCqGSM49BAMCA0kAMEYCIQC4TV68tMxdJYOy57e+6TYmwRBX
uj/UD8bpAjVUqSZLlwIhAPJaO7rmbdArUKKkrVhyMDYqaiBba9Euq+iJb8wHeZOO
-----END CERTIFICATE-----
`;

export const clientKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgm9g7ejOeUolaObXP
aqbX+oOr7VRdIhn8Ch/E50zAHV2hRANCAAR4pfmfsOlCzaFrgecSFUVVJUcZ8oOa
CR8gFwevOiAXGyhPSX0j4lCyhDHWiq37A4JLFs7jOixgSXrpxhViYBaX
-----END PRIVATE KEY-----
`;

export const clientCertificate = `-----BEGIN CERTIFICATE-----
MIIBjzCCATWgAwIBAgICU88wCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUbXVycmUg
dGVzdCBhdXRob3JpdHkwIBcNMjYxMTI4MDgyNTU1WhgPMjEyNjExMDQwODI1NTVa
MBwxGjAYBgNVBAMMEW11cnJlIHRlc3QgY2xpZW50MFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAEeKX5n7DpQs2ha4HnEhVFVSVHGfKDmgkfIBcHrzogFxsoT0l9I+JQ
soQx1oqt+wOCSxbO4zosYEl66cYVYmAWl6NiMGAwCQYDVR0TBAIwADATBgNVHSUE
DDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUacxIaiV3vKWvEQ8kN7j+s6MfBY0wHwYD
VR0jBBgwFoAUDqdAlM8EYmovYiEQvKt1yROgArYwCgYIKoZIzj0EAwIDSAAwRQIg
bqLR2SuHDtXsI6okOgZG2gKjlxlBeTkCxQUESCIyn8kCIQCS+Yc4VehmD9smZ6IU
12ZwZpmBvhg+1ifF7GaO+AekFQ==
-----END CERTIFICATE-----
`;

/** Writes texts as files of one folder; tells their paths. */
export function writeFiles<Name extends string>(texts: Readonly<Record<Name, string>>): Readonly<Record<Name, string>> {
  const folder = temporaryFolder("certificates");
  const paths: Record<string, string> = {};
  for (const [name, text] of Object.entries<string>(texts)) {
    paths[name] = join(folder, `${name}.pem`);
    writeFileSync(paths[name], text);
  }
  return paths as Record<Name, string>;
}
