/* Modules that the build makes: style sheets and the pricing core's address. */
declare module '*.css';

declare module 'virtual:mpos-core' {
  /** SHA-256 of the core's WASM, lower-case hex; goes into every operation. */
  export const coreHash: string;
  /** Where the page loads the core from, content-addressed. */
  export const coreUrl: string;
}
