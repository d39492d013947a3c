// A webhook endpoint in the form that Panora's documentation shows: express.json(), the SDK's verifyEvent, the error's
// text sent back with a 400, no return after it, a switch over event.type.
//
//   PORT=0 HOOKCHECK_SECRET=... node endpoint.mjs     prints "listening on http://127.0.0.1:PORT"
//
// The SDK is not on npm and would call api.panora.dev; `panora` below stands in for both. It behaves as Panora's API
// does, which the SDK turns into an error: a mismatch is a 500 whose message holds the right digest.

import {createHmac} from "node:crypto";
import express from "express";

const endpointSecret = process.env.HOOKCHECK_SECRET;

const panora = {
  webhooks: {
    async verifyEvent({payload, signature, secret}) {
      if (signature === undefined) throw new Error("Input validation failed: signature");
      const expected = createHmac("sha256", secret).update(JSON.stringify(payload.data)).digest("hex");
      if (expected !== signature) {
        const message = `Signature mismatch for the payload received with expected=${expected} and signature=${signature}`;
        throw new Error(`API error occurred: Status 500 Body \n${JSON.stringify({statusCode: 500, message})}`);
      }
      return payload;
    },
  },
};

const app = express();
app.use(express.json());

app.post("/webhook", async (request, response) => {
  const signature = request.headers["panora-signature"];
  let event;

  try {
    event = await panora.webhooks.verifyEvent({payload: request.body, signature, secret: endpointSecret});
  } catch (err) {
    response.status(400).send(`Webhook Error: ${err.message}`);
  }

  switch (event.type) {
    case "connection.created":
      console.log("a connection was created");
      break;
    default:
      console.log(`unhandled event type ${event.type}`);
  }

  response.send();
});

const server = app.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
