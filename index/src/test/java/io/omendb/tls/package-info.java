/** TLS for the tests of all modules: real certificates, made when they are asked for. */
@NullMarked
package io.omendb.tls;

import org.jspecify.annotations.NullMarked;
