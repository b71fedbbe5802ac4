/** Metadata filters: the tree, its Mongo-style JSON form, and evaluation to a row bitmap. */
@NullMarked
package io.omendb.index.filter;

import org.jspecify.annotations.NullMarked;
