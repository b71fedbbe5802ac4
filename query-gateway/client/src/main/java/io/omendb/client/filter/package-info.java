/** Conditions on the metadata of points, as the query language of the HTTP interface has them. */
@NullMarked
package io.omendb.client.filter;

import org.jspecify.annotations.NullMarked;
