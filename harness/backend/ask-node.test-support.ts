import type { DatabaseNode } from '../port/backend.ts';
import { messageOf, responseOf } from '../gateway/http-message.ts';

/** Sends a request to the REST API of one database. */
export async function askNode(node: DatabaseNode, request: Request): Promise<Response> {
  return responseOf(await node.rest(await messageOf(request)));
}
