/** Metadata filters: the tree, its Mongo-style JSON form, and evaluation against columns. */
@NullMarked
package io.omendb.index.filter;

import org.jspecify.annotations.NullMarked;
