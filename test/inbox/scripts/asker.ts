// Asks one peer ten questions at once and prints each question with its answer.
import { createA2AClient } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";

const [platformUrl = "", workspaceId = "", token = "", stateDir = "", peerId = ""] = process.argv.slice(2);
await using client = createA2AClient({ platformUrl, workspaceId, token });
await using inbox = createInbox(client, { stateDir, pollIntervalMs: 20, idleIntervalMs: 20 });
const questions = Array.from({ length: 10 }, (_, n) => `${workspaceId} ${n}`);
const answers = await Promise.all(questions.map((question) => inbox.ask(peerId, question)));
process.stdout.write(JSON.stringify(questions.map((question, n) => [question, answers[n]?.text])));
