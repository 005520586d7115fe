// Loaded with --require into n8n and what it starts: as on a machine without a network.
const { Socket } = require('node:net');

const { connect } = Socket.prototype;

Socket.prototype.connect = function (...args) {
	const [target] = Array.isArray(args[0]) ? args[0] : args;
	const { host = 'localhost', path } =
		typeof target === 'object'
			? target
			: { host: typeof args[1] === 'string' ? args[1] : undefined };
	if (path || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)) return connect.apply(this, args);
	return this.destroy(Object.assign(new Error(`no network (${host})`), { code: 'ENETUNREACH' }));
};
