import { testMatrix } from './matrix.mts';

testMatrix('submitting');
