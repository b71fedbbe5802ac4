/**
 * Collections as tables of Flink SQL: {@code INSERT INTO} writes points, {@code VECTOR_SEARCH}
 * finds them, a lookup join reads them.
 */
@NullMarked
package io.omendb.connectors.table;

import org.jspecify.annotations.NullMarked;
