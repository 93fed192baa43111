import { describeLateRow } from './late-row.case.ts';

describeLateRow('embedded');
