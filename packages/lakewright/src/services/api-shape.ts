/** A value in an AWS API's own shape, or a template's resolved properties: each reader checks what it reads. */
// biome-ignore lint/suspicious/noExplicitAny: JSON from outside; narrowed where it is used
export type ApiShape = any;
