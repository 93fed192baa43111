import type { BinaryExportFormat, ExportFormat } from './export-format.ts';

/** The formats that histories are written in, as `--to` names them: one file and one line each, loaded when used. */
export const exportFormats: Readonly<Record<string, () => Promise<ExportFormat>>> = {
  'jepsen-edn': async () => (await import('./jepsen-edn-export.ts')).exportJepsenEdn,
  ratchet: async () => (await import('./ratchet-export.ts')).exportRatchet,
};

/** Those that are not text. */
export const binaryExportFormats: Readonly<Record<string, () => Promise<BinaryExportFormat>>> = {
  parquet: async () => (await import('./parquet-export.ts')).exportParquet,
};
