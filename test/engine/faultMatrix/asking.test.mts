import { testMatrix } from './matrix.mts';

testMatrix('asking');
