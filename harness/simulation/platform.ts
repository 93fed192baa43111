/** The light platform objects, by the names of the globals that they replace. */
import { LightHeaders } from './platform/light-headers.ts';
import { LightRequest } from './platform/light-request.ts';
import { LightResponse } from './platform/light-response.ts';
import { LightURL } from './platform/light-url.ts';

export const lightPlatform = {
  Headers: LightHeaders,
  Request: LightRequest,
  Response: LightResponse,
  URL: LightURL,
} as const;
