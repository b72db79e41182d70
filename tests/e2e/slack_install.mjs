// Starts the independent server emulate with Slack's OAuth, on loopback; prints its port. Ends with its parent.
import { pathToFileURL } from "node:url";
const [, , modules, back, scopes] = process.argv;
const { createEmulator } = await import(pathToFileURL(`${modules}/emulate/dist/api.js`).href);
const emulator = await createEmulator({
  service: "slack",
  port: 0,
  seed: {
    slack: {
      team: { name: "Example", domain: "example" },
      users: [{ name: "installer", real_name: "Installer", email: "installer@example.test", is_admin: true }],
      channels: [{ name: "general" }],
      oauth_apps: [
        {
          client_id: "111.222",
          client_secret: "invented-client-secret",
          app_id: "A000000001",
          name: "AI Usage",
          redirect_uris: [back],
          scopes: scopes.split(","),
        },
      ],
    },
  },
});
process.stdout.write(`${emulator.url}\n`);
process.stdin.resume();
process.stdin.on("end", async () => {
  await emulator.close?.();
  process.exit(0);
});
