/** When an account that asked to be left alone may be asked again; and columns that nothing was read from. */
export const whenToAskAgain: readonly string[] = [
  "alter table connections add column retry_at text",
  "alter table mappings drop column missing_run",
  "alter table cursors drop column full_at",
];
