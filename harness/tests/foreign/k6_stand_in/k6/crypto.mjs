// k6's crypto, as far as our scripts use it.
import { createHmac, randomBytes } from 'node:crypto';

export default {
  hmac: (algorithm, key, data, encoding) => createHmac(algorithm, key).update(data).digest(encoding),
  randomBytes: (size) => new Uint8Array(randomBytes(size)).buffer,
};
