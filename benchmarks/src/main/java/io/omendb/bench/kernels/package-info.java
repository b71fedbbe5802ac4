/**
 * Benchmarks of single kernels, for JMH. A new one is a class here and nothing else: {@code bench
 * kernels} runs all it finds. JMH derives from these classes, so they are public and not final.
 */
@NullMarked
package io.omendb.bench.kernels;

import org.jspecify.annotations.NullMarked;
