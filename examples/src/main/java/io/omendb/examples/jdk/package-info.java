/** The programming interface of the running JDK as a data set that everyone already has. */
@NullMarked
package io.omendb.examples.jdk;

import org.jspecify.annotations.NullMarked;
