// A table as CSV, made from what is shown: for tables that the service does not give as CSV. The rules of src/present/csv.cpp.
import { visible } from '../text';

export type Value = number | string | null;

// What spreadsheets take for the start of a formula, with the full-width forms that some of them fold.
const kFormula = /^ *[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

function cell(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = visible(kFormula.test(value) ? `'${value}` : value);
  return /[,;"\n\r\t]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function download(name: string, rows: Value[][]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([rows.map((row) => row.map(cell).join(',') + '\n').join('')], { type: 'text/csv' }));
  link.download = `${name.replace(/[^\w.-]+/g, '-').slice(0, 100)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
