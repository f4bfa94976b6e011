import { walk } from './walks.js';
import { embedded } from './places.js';

walk(embedded);
