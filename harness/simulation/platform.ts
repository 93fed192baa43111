/** The light platform objects, by the names of the globals that they replace. */
import { LightHeaders } from './platform/light-headers.ts';
import { LightResponse } from './platform/light-response.ts';
import { LightURL } from './platform/light-url.ts';

export const lightPlatform = {
  Headers: LightHeaders,
  Response: LightResponse,
  URL: LightURL,
} as const;
