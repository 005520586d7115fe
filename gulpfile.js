const { dest, src } = require('gulp');

/** Icons are referenced by relative path from the compiled nodes and credentials, so they go where those go. */
function icons() {
	// Without `encoding: false` gulp 5 reads files as UTF-8 text.
	return src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
}

exports.icons = icons;
