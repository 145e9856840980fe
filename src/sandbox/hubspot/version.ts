/** The version of the API that the sandbox simulates; it stands in every path. */
export const apiVersion = "2026-03";
