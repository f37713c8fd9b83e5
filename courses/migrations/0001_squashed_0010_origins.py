# All that stood in the migrations that it replaces, whose tables it makes at once: a new database has no past.

import courses.models
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


# Where the words of the entries stand, which no model knows: see courses.search.engines. What was published before is
# indexed by the next load_course, or by rebuild_search.
POSTGRESQL = [
    "ALTER TABLE courses_searchentry ADD COLUMN words tsvector",
    "CREATE INDEX courses_searchentry_words ON courses_searchentry USING gin (words)",
]
SQLITE = [
    # The words come small and without accents already.
    "CREATE VIRTUAL TABLE courses_searchtext USING fts5"
    "(title, context, body, tokenize = \"unicode61 remove_diacritics 0\")"
]


def add_words(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def remove_words(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":  # PostgreSQL's go with the table
        schema_editor.execute("DROP TABLE courses_searchtext")


class Migration(migrations.Migration):

    replaces = [
        ('courses', '0001_initial'),
        ('courses', '0002_outlines'),
        ('courses', '0003_search'),
        ('courses', '0004_images_and_working_copies'),
        ('courses', '0005_publishing'),
        ('courses', '0006_uploads'),
        ('courses', '0007_authors'),
        ('courses', '0008_names'),
        ('courses', '0009_copy_of_each_form'),
        ('courses', '0010_origins'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='slug')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('summary', models.TextField(help_text='One or two sentences, plain text.', verbose_name='summary')),
                ('language', models.CharField(default='en', help_text='Language tag of the texts, such as en.', max_length=16, verbose_name='language')),
                ('position', models.PositiveIntegerField(default=0, help_text='Place among the courses; smaller comes first.', verbose_name='position')),
                ('published_at', models.DateTimeField(blank=True, editable=False, help_text='Empty: a draft that only staff see.', null=True, verbose_name='published at')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('held_back', models.BooleanField(default=False, editable=False)),
                ('loaded_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('authors', models.ManyToManyField(blank=True, help_text='Staff in the role Author who work on this course. Editors work on every course.', limit_choices_to={'is_staff': True}, related_name='authored_courses', to=settings.AUTH_USER_MODEL, verbose_name='authors')),
            ],
            options={
                'verbose_name': 'course',
                'verbose_name_plural': 'courses',
                'ordering': ['position', 'pk'],
                'permissions': [('publish_course', 'Can publish courses'), ('edit_every_course', 'Can work on every course, and not only as its author')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('stem', models.CharField(db_index=True, max_length=40)),
            ],
            options={
                'verbose_name': 'search word',
                'verbose_name_plural': 'search words',
            },
        ),
        migrations.CreateModel(
            name='CourseOutline',
            fields=[
                ('course', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='outline', serialize=False, to='courses.course')),
                ('stamp', models.PositiveIntegerField(default=0)),
                ('content', models.JSONField(null=True)),
            ],
            options={
                'verbose_name': 'course outline',
                'verbose_name_plural': 'course outlines',
            },
        ),
        migrations.CreateModel(
            name='CourseUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('slug', models.CharField(max_length=50)),
                ('content', models.BinaryField()),
                ('force', models.BooleanField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('preview', models.JSONField()),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'upload of a course',
                'verbose_name_plural': 'uploads of courses',
                'permissions': [('load_course', 'Can load courses from files')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('scheduled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('held_back', models.BooleanField(default=False, editable=False)),
                ('preview_key', models.CharField(default=courses.models.new_preview_key, editable=False, max_length=32)),
                ('slug', models.SlugField(verbose_name='slug')),
                ('position', models.PositiveIntegerField(default=0, help_text='Place in the module; smaller comes first.', verbose_name='position')),
                ('loaded_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('course', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='courses.course', verbose_name='course')),
            ],
            options={
                'verbose_name': 'lesson',
                'verbose_name_plural': 'lessons',
                'ordering': ['module__position', 'module_id', 'position', 'pk'],
                'permissions': [('publish_lesson', 'Can publish lessons')],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LessonVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('origin', models.CharField(blank=True, choices=[('loaded', 'Loaded from files'), ('family', 'Family changed'), ('restored', 'Restored')], editable=False, max_length=8)),
                ('restored_number', models.PositiveIntegerField(editable=False, null=True)),
                ('number', models.PositiveIntegerField(help_text='1 is the first save of this lesson.', verbose_name='number')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('summary', models.TextField(help_text='What the reader will be able to do, in one sentence.', verbose_name='summary')),
                ('minutes', models.PositiveSmallIntegerField(help_text='Reading time in minutes.', verbose_name='minutes')),
                ('body_markdown', models.TextField(verbose_name='text')),
                ('body_html', models.TextField(editable=False)),
                ('contents', models.JSONField(default=list, editable=False)),
                ('anchors', models.JSONField(default=dict, editable=False)),
                ('content_hash', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published at')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='courses.lesson', verbose_name='lesson')),
            ],
            options={
                'verbose_name': 'version of a lesson',
                'verbose_name_plural': 'versions of lessons',
                'ordering': ['-number'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='lesson',
            name='draft',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='courses.lessonversion', verbose_name='draft'),
        ),
        migrations.AddField(
            model_name='lesson',
            name='published',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='courses.lessonversion', verbose_name='published version'),
        ),
        migrations.AddField(
            model_name='lesson',
            name='scheduled',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='courses.lessonversion', verbose_name='scheduled version'),
        ),
        migrations.CreateModel(
            name='Module',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(verbose_name='slug')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('position', models.PositiveIntegerField(default=0, help_text='Place in the course; smaller comes first.', verbose_name='position')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='modules', to='courses.course', verbose_name='course')),
            ],
            options={
                'verbose_name': 'module',
                'verbose_name_plural': 'modules',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='lesson',
            name='module',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='courses.module', verbose_name='module'),
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=16)),
                ('object_id', models.BigIntegerField()),
                ('version_id', models.BigIntegerField()),
                ('slug', models.SlugField()),
                ('position', models.PositiveIntegerField()),
                ('format', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('lesson', 'Lesson'), ('section', 'Section'), ('listing', 'Listing'), ('exercise', 'Exercise')], max_length=8)),
                ('title', models.TextField()),
                ('label', models.CharField(blank=True, max_length=200)),
                ('context', models.TextField(blank=True)),
                ('anchor', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('body_words', models.TextField(blank=True)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.course')),
            ],
            options={
                'verbose_name': 'search entry',
                'verbose_name_plural': 'search entries',
            },
        ),
        migrations.CreateModel(
            name='WorkingCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('object_id', models.PositiveBigIntegerField(default=0)),
                ('form', models.CharField(blank=True, max_length=32)),
                ('is_over', models.BooleanField(default=False)),
                ('number', models.PositiveIntegerField(default=0, help_text='How often the form had sent its content until then.')),
                ('opened_at', models.DateTimeField(help_text='Since when the form has been open without a pause.')),
                ('seen_at', models.DateTimeField(help_text='When the open form was heard of last.')),
                ('content', models.JSONField(null=True)),
                ('changed_at', models.DateTimeField(help_text='When the content was written.', null=True)),
                ('editor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'working copy',
                'verbose_name_plural': 'working copies',
            },
        ),
        migrations.CreateModel(
            name='CourseImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='As texts call it, after images/.', max_length=100, verbose_name='name')),
                ('data', models.BinaryField()),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('width', models.PositiveIntegerField(editable=False, help_text='In pixels.', verbose_name='width')),
                ('height', models.PositiveIntegerField(editable=False, help_text='In pixels.', verbose_name='height')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='images', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
                'ordering': ['course', 'name'],
                'constraints': [models.UniqueConstraint(fields=('course', 'name'), name='course_image_name_once_in_course')],
            },
        ),
        migrations.CreateModel(
            name='FormerCourseAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField()),
                ('changed_at', models.DateTimeField(auto_now_add=True)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_addresses', to='courses.course')),
            ],
            options={
                'verbose_name': 'former address of a course',
                'verbose_name_plural': 'former addresses of courses',
                'constraints': [models.UniqueConstraint(fields=('slug',), name='former_course_slug_once')],
            },
        ),
        migrations.CreateModel(
            name='FormerLessonAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField()),
                ('changed_at', models.DateTimeField(auto_now_add=True)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_lesson_addresses', to='courses.course')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_addresses', to='courses.lesson')),
            ],
            options={
                'verbose_name': 'former address of a lesson',
                'verbose_name_plural': 'former addresses of lessons',
                'constraints': [models.UniqueConstraint(fields=('course', 'slug'), name='former_lesson_slug_once_in_course')],
            },
        ),
        migrations.AddConstraint(
            model_name='lessonversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('origin', 'restored'), ('restored_number__isnull', False)), models.Q(models.Q(('origin', 'restored'), _negated=True), ('restored_number__isnull', True)), _connector='OR'), name='lessonversion_restored_has_a_number'),
        ),
        migrations.AddConstraint(
            model_name='lessonversion',
            constraint=models.UniqueConstraint(fields=('lesson', 'number'), name='lesson_version_number_once'),
        ),
        migrations.AddConstraint(
            model_name='module',
            constraint=models.UniqueConstraint(fields=('course', 'slug'), name='module_slug_once_in_course'),
        ),
        migrations.AddConstraint(
            model_name='lesson',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published__isnull', True), ('published_at__isnull', True)), models.Q(('published__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='lesson_published_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='lesson',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scheduled__isnull', True), ('scheduled_at__isnull', True)), models.Q(('published__isnull', False), ('scheduled__isnull', False), ('scheduled_at__isnull', False)), _connector='OR'), name='lesson_scheduled_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='lesson',
            constraint=models.UniqueConstraint(fields=('course', 'slug'), name='lesson_slug_once_in_course'),
        ),
        migrations.AddConstraint(
            model_name='searchentry',
            constraint=models.UniqueConstraint(fields=('source', 'object_id', 'position'), name='search_entry_place_once'),
        ),
        migrations.AddConstraint(
            model_name='workingcopy',
            constraint=models.UniqueConstraint(fields=('kind', 'object_id', 'editor', 'form'), name='working_copy_once_for_each_form'),
        ),
        migrations.AddConstraint(
            model_name='workingcopy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('changed_at__isnull', True), ('content__isnull', True)), models.Q(('changed_at__isnull', False), ('content__isnull', False)), _connector='OR'), name='working_copy_content_has_a_time'),
        ),
        migrations.RunPython(add_words, remove_words),
    ]
