/** The demonstration: streams the JDK's own API in and searches it meanwhile. */
@NullMarked
package io.omendb.cli.demo;

import org.jspecify.annotations.NullMarked;
