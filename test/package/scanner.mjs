// A process of its own: jest cannot load ES modules. `node scanner.mjs <folder> [source]` prints what was found as JSON.
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

const [folder, leg] = process.argv.slice(2);
const result = await analyzePackage(folder, ...(leg === 'source' ? [SOURCE_FILE_PATTERNS] : []));
console.log(JSON.stringify(result));
