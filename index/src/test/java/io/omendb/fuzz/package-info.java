/** What the fuzz targets of every module share; docs/fuzzing.md says how to run them. */
@NullMarked
package io.omendb.fuzz;

import org.jspecify.annotations.NullMarked;
