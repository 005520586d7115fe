export { until } from '../scripts/until.mts';
