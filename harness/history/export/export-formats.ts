import type { ExportFormat } from './export-format.ts';

/** The formats that histories are written in, as `--to` names them: one file and one line each, loaded when used. */
export const exportFormats: Readonly<Record<string, () => Promise<ExportFormat>>> = {
  'jepsen-edn': async () => (await import('./jepsen-edn-export.ts')).exportJepsenEdn,
  ratchet: async () => (await import('./ratchet-export.ts')).exportRatchet,
};
