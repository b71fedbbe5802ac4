/** What {@code bench hybrid} compares with: packages, their tags, Lucene, scoring every row. */
@NullMarked
package io.omendb.bench.hybrid;

import org.jspecify.annotations.NullMarked;
