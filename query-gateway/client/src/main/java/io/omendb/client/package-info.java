/**
 * The HTTP interface of OmenDB for Java programs. {@link io.omendb.client.OmenClient} is the way
 * in; it needs the JDK's HTTP client and Jackson, whose types are not part of this API.
 */
@NullMarked
package io.omendb.client;

import org.jspecify.annotations.NullMarked;
