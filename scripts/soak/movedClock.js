// Loaded with --require: lets the clock of a process be moved forward. Timers run as before.
const RealDate = Date;
const realNow = Date.now;
let ahead = 0;

RealDate.now = () => realNow() + ahead;
globalThis.Date = new Proxy(RealDate, {
	construct: (target, args, newTarget) =>
		Reflect.construct(target, args.length > 0 ? args : [target.now()], newTarget),
	apply: () => new RealDate(RealDate.now()).toString(),
});
globalThis.moveClock = (milliseconds) => {
	ahead += milliseconds;
};
