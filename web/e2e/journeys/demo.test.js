import { walk } from './walks.js';
import { demo } from './places.js';

walk(demo);
