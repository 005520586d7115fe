import { testMatrix } from './matrix.mts';

testMatrix('waiting');
