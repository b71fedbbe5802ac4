package io.omendb.examples.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;

/** One class file under {@code jrt:/modules/<module>/}, and the files of its member classes. */
record JdkClassFile(Path file) {
    /**
     * The class, its methods and constructors, then its member classes; none if it is not public.
     */
    Stream<JdkElement> elements() {
        JdkClassVisitor visitor = new JdkClassVisitor(module());
        accept(visitor);
        return Stream.concat(
                visitor.elements(),
                visitor.memberClasses().stream()
                        .map(name -> new JdkClassFile(file.resolveSibling(name + ".class")))
                        .flatMap(JdkClassFile::elements));
    }

    private String module() {
        return file.getName(1).toString();
    }

    private void accept(ClassVisitor visitor) {
        try {
            new ClassReader(Files.readAllBytes(file))
                    .accept(visitor, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
