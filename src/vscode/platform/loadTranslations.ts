/** Loads the translations. The first import of a bundle, so that they are there when its other modules are loaded. */
import { l10n } from 'vscode';
import { useTranslations } from './localize.js';

useTranslations(l10n.bundle);
