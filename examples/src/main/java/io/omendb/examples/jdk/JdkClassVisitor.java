package io.omendb.examples.jdk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Gathers what a class file declares; used once for one file. */
final class JdkClassVisitor extends ClassVisitor {
    private static final int EXPORTED = Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED;

    private final String module;
    private final List<Member> members = new ArrayList<>();
    private final List<String> memberClasses = new ArrayList<>();
    private String internalName = "";
    private String kind = "";
    private int access;
    private boolean isStatic;

    JdkClassVisitor(String module) {
        super(Opcodes.ASM9);
        this.module = module;
    }

    private record Member(String name, Type type, boolean isStatic) {
        boolean isField() {
            return type.getSort() != Type.METHOD;
        }

        boolean isConstructor() {
            return name.equals("<init>");
        }
    }

    @Override
    public void visit(
            int version,
            int access,
            String name,
            @Nullable String signature,
            @Nullable String superName,
            String @Nullable [] interfaces) {
        this.internalName = name;
        this.access = access;
        this.kind = kind(access, superName);
    }

    private static String kind(int access, @Nullable String superName) {
        if ((access & Opcodes.ACC_ANNOTATION) != 0) {
            return "annotation";
        }
        if ((access & Opcodes.ACC_INTERFACE) != 0) {
            return "interface";
        }
        if ((access & Opcodes.ACC_ENUM) != 0) {
            return "enum";
        }
        return "java/lang/Record".equals(superName) ? "record" : "class";
    }

    @Override
    public void visitInnerClass(
            String name, @Nullable String outerName, @Nullable String innerName, int innerAccess) {
        boolean exported = (innerAccess & EXPORTED) != 0;
        if (name.equals(internalName)) {
            // The flags of the class itself do not tell protected from public or private.
            access = innerAccess;
            isStatic = isStatic(innerAccess);
        } else if (exported && internalName.equals(outerName) && innerName != null) {
            memberClasses.add(simpleFileName(name));
        }
    }

    private static String simpleFileName(String internalName) {
        return internalName.substring(internalName.lastIndexOf('/') + 1);
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
            int methodAccess,
            String name,
            String descriptor,
            @Nullable String signature,
            String @Nullable [] exceptions) {
        if (isVisible(methodAccess) && !name.equals("<clinit>")) {
            Type type = Type.getMethodType(descriptor);
            members.add(new Member(name, type, isStatic(methodAccess)));
        }
        return null;
    }

    @Override
    public @Nullable FieldVisitor visitField(
            int fieldAccess,
            String name,
            String descriptor,
            @Nullable String signature,
            @Nullable Object value) {
        if (isVisible(fieldAccess)) {
            members.add(new Member(name, Type.getType(descriptor), isStatic(fieldAccess)));
        }
        return null;
    }

    private static boolean isVisible(int memberAccess) {
        return (memberAccess & EXPORTED) != 0 && (memberAccess & Opcodes.ACC_SYNTHETIC) == 0;
    }

    private static boolean isStatic(int memberAccess) {
        return (memberAccess & Opcodes.ACC_STATIC) != 0;
    }

    private boolean isExported() {
        return (access & EXPORTED) != 0;
    }

    /** File names, without the ending, of the exported classes declared in this one. */
    List<String> memberClasses() {
        return isExported() ? memberClasses : List.of();
    }

    Stream<JdkElement> elements() {
        if (!isExported()) {
            return Stream.empty();
        }
        Set<String> ids = new HashSet<>();
        return Stream.concat(
                Stream.of(ofClass()), members.stream().map(member -> ofMember(member, ids)));
    }

    private JdkElement ofMember(Member member, Set<String> ids) {
        return member.isField() ? ofField(member) : ofMethod(member, ids);
    }

    private JdkElement ofClass() {
        String text = JdkSentence.ofClass(className(), kind, packageName(), module);
        return new JdkElement(
                classId(), module, packageName(), kind, simpleName(), isStatic, 0, text);
    }

    private JdkElement ofMethod(Member method, Set<String> ids) {
        String name = method.isConstructor() ? simpleName() : method.name();
        String methodKind = method.isConstructor() ? "constructor" : "method";
        List<Type> parameters = List.of(method.type().getArgumentTypes());
        List<String> simple = parameters.stream().map(JdkClassVisitor::simple).toList();
        String id = classId() + "#" + name + "(" + String.join(",", simple) + ")";
        if (!ids.add(id)) {
            // Two overloads whose parameters differ in the package only.
            id = classId() + "#" + name + "(" + fullNames(parameters) + ")";
        }
        String text =
                method.isConstructor()
                        ? JdkSentence.ofConstructor(className(), packageName(), simple)
                        : JdkSentence.ofMethod(
                                name,
                                className(),
                                packageName(),
                                simple,
                                simple(method.type().getReturnType()));
        return new JdkElement(
                id,
                module,
                packageName(),
                methodKind,
                name,
                method.isStatic(),
                parameters.size(),
                text);
    }

    private JdkElement ofField(Member field) {
        String text =
                JdkSentence.ofField(field.name(), className(), packageName(), simple(field.type()));
        String id = classId() + "#" + field.name();
        return new JdkElement(
                id, module, packageName(), "field", field.name(), field.isStatic(), 0, text);
    }

    private static String fullNames(List<Type> types) {
        return types.stream().map(Type::getClassName).collect(Collectors.joining(","));
    }

    private static String simple(Type type) {
        String name = type.getClassName();
        return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
    }

    private String classId() {
        return module + "/" + internalName.replace('/', '.').replace('$', '.');
    }

    private String packageName() {
        return internalName.substring(0, internalName.lastIndexOf('/')).replace('/', '.');
    }

    private String className() {
        return simpleFileName(internalName).replace('$', '.');
    }

    private String simpleName() {
        String name = className();
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
