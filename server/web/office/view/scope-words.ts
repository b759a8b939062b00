/* Rights in plain words. */
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';

export const scopeWord = (scope: string): string => o(`scope.${scope}` as OfficeKey);
