// Loaded into n8n with --require: when the program that started n8n is gone, even killed, n8n ends too.
const LAST_RESORT_MS = 5_000;

process.once('disconnect', () => {
	process.kill(process.pid, 'SIGTERM');
	setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_RESORT_MS).unref();
});
