import { describeCaches } from './caches.case.ts';

describeCaches('embedded');
