/** What a collection is: name, dimension, metric, declared metadata fields. */
@NullMarked
package io.omendb.schema;

import org.jspecify.annotations.NullMarked;
