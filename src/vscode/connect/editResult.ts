/**
 * The result of adding configuration to the text of a file. `present`: the file already contains it. `unsafe`: nothing
 * can be added without risk for the rest of the file, so the user has to change it.
 */
export type EditResult =
  | { readonly kind: 'changed'; readonly text: string }
  | { readonly kind: 'present' }
  | { readonly kind: 'unsafe' };
