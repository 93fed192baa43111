import type { DatabaseNode } from '../port/backend.ts';
import { messageOf, responseOf } from '../gateway/http-message.ts';

/** What `fetch` would answer if the database were a server of its own. */
export async function askNode(node: DatabaseNode, request: Request): Promise<Response> {
  return responseOf(await node.rest(await messageOf(request)));
}
