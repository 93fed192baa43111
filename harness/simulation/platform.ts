/** The light platform objects, by the names of the globals that they stand in for. */
import { LightHeaders } from './platform/headers.ts';
import { LightRequest } from './platform/request.ts';
import { LightResponse } from './platform/response.ts';
import { LightURL } from './platform/url.ts';

export const lightPlatform = {
  Headers: LightHeaders,
  Request: LightRequest,
  Response: LightResponse,
  URL: LightURL,
} as const;
