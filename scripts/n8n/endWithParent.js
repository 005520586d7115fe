// Loaded with --require: when the program that started this one is gone, even killed, this one ends too.
const LAST_RESORT_MS = 5_000;

process.once('disconnect', () => {
	process.kill(process.pid, 'SIGTERM');
	setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_RESORT_MS).unref();
});
