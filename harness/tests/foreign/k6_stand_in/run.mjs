globalThis.__ENV = { WEBHOOK_URL: process.env.WEBHOOK_URL };
const { default: iteration } = await import('./script.mjs');
iteration();
