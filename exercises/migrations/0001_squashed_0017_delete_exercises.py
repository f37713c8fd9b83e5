# All that stood in the migrations that it replaces, whose tables it makes at once: a new database has no past.

import courses.models
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('exercises', '0001_initial'),
        ('exercises', '0002_checks'),
        ('exercises', '0003_adoptions'),
        ('exercises', '0004_answers'),
        ('exercises', '0005_problem_reports'),
        ('exercises', '0006_trials'),
        ('exercises', '0007_drafts'),
        ('exercises', '0008_help'),
        ('exercises', '0009_rendered_help'),
        ('exercises', '0010_staff_runs'),
        ('exercises', '0011_publishing'),
        ('exercises', '0012_lost_workers'),
        ('exercises', '0013_statistics'),
        ('exercises', '0014_messages'),
        ('exercises', '0015_names'),
        ('exercises', '0016_origins'),
        ('exercises', '0017_delete_exercises'),
    ]

    initial = True

    dependencies = [
        ('courses', '0001_squashed_0010_origins'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('guest', models.UUIDField(primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'adoption',
                'verbose_name_plural': 'adoptions',
            },
        ),
        migrations.CreateModel(
            name='AnswerMailsOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='answer_mails_off', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'no mails about answers',
            },
        ),
        migrations.CreateModel(
            name='CourseCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'check of a course',
                'verbose_name_plural': 'checks of courses',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Exercise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('scheduled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('held_back', models.BooleanField(default=False, editable=False)),
                ('preview_key', models.CharField(default=courses.models.new_preview_key, editable=False, max_length=32)),
                ('slug', models.SlugField(unique=True, verbose_name='slug')),
                ('position', models.PositiveIntegerField(default=0, help_text='Place in the lesson; smaller comes first.', verbose_name='position')),
                ('loaded_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exercises', to='courses.lesson', verbose_name='lesson')),
            ],
            options={
                'verbose_name': 'exercise',
                'verbose_name_plural': 'exercises',
                'ordering': ['lesson__module__position', 'lesson__position', 'position', 'pk'],
                'permissions': [('publish_exercise', 'Can publish exercises')],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Statistics',
            fields=[
            ],
            options={
                'verbose_name': 'statistics',
                'verbose_name_plural': 'statistics',
                'proxy': True,
                'default_permissions': ('view',),
                'indexes': [],
                'constraints': [],
            },
            bases=('exercises.exercise',),
        ),
        migrations.CreateModel(
            name='ExerciseVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('origin', models.CharField(blank=True, choices=[('loaded', 'Loaded from files'), ('family', 'Family changed'), ('restored', 'Restored')], editable=False, max_length=8)),
                ('restored_number', models.PositiveIntegerField(editable=False, null=True)),
                ('number', models.PositiveIntegerField(help_text='1 is the first save of this exercise.', verbose_name='number')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('kind', models.CharField(choices=[('http', 'Web application'), ('function', 'Function'), ('script', 'Program'), ('streamlit', 'Streamlit app'), ('choice', 'Questions'), ('decision', 'Decision'), ('scenario', 'Scenarios')], default='http', max_length=16, verbose_name='kind')),
                ('framework', models.CharField(blank=True, choices=[('flask', 'Flask'), ('django', 'Django'), ('fastapi', 'FastAPI'), ('starlette', 'Starlette'), ('pyramid', 'Pyramid'), ('aiohttp', 'aiohttp'), ('sanic', 'Sanic'), ('tornado', 'Tornado'), ('gevent', 'gevent'), ('streamlit', 'Streamlit'), ('dash', 'Plotly Dash')], max_length=16, verbose_name='framework')),
                ('difficulty', models.CharField(choices=[('easy', 'Easy'), ('medium', 'Medium'), ('hard', 'Hard')], default='easy', max_length=8, verbose_name='difficulty')),
                ('prompt_markdown', models.TextField(verbose_name='prompt')),
                ('instructions_html', models.TextField(editable=False)),
                ('starter', models.JSONField(default=dict, verbose_name='starter')),
                ('solution', models.JSONField(default=dict, verbose_name='reference')),
                ('solution_markdown', models.TextField(blank=True, verbose_name='why the reference is written so')),
                ('wrong', models.JSONField(default=dict, verbose_name='wrong answers')),
                ('params', models.JSONField(default=dict, verbose_name='parameters')),
                ('cases_toml', models.TextField(blank=True, help_text="The exercise's own cases; empty when a family has them.", verbose_name='cases')),
                ('cases', models.JSONField(default=list, editable=False)),
                ('sheet', models.JSONField(default=dict, editable=False)),
                ('hints', models.JSONField(default=list, verbose_name='hints')),
                ('hints_html', models.JSONField(default=list, editable=False)),
                ('solution_html', models.TextField(blank=True, editable=False)),
                ('limits', models.JSONField(default=dict, verbose_name='limits')),
                ('content_hash', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published at')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('exercise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='exercises.exercise', verbose_name='exercise')),
            ],
            options={
                'verbose_name': 'version of an exercise',
                'verbose_name_plural': 'versions of exercises',
                'ordering': ['-number'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExerciseCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('status', models.CharField(choices=[('pending', 'Under way'), ('passed', 'All as it should be'), ('failed', 'Something is wrong'), ('unavailable', 'The sandbox was not available'), ('cancelled', 'Stopped')], default='pending', max_length=11)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('finished_at', models.DateTimeField(null=True)),
                ('course_check', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='checks', to='exercises.coursecheck')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='exercises.exerciseversion')),
            ],
            options={
                'verbose_name': 'check',
                'verbose_name_plural': 'checks',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='exercise',
            name='draft',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='exercises.exerciseversion', verbose_name='draft'),
        ),
        migrations.AddField(
            model_name='exercise',
            name='published',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='exercises.exerciseversion', verbose_name='published version'),
        ),
        migrations.AddField(
            model_name='exercise',
            name='scheduled',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='exercises.exerciseversion', verbose_name='scheduled version'),
        ),
        migrations.CreateModel(
            name='Family',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='slug')),
                ('cases_toml', models.TextField(help_text='TOML, see docs/authoring.md.', verbose_name='cases')),
                ('loaded_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='families', to='courses.course', verbose_name='course')),
            ],
            options={
                'verbose_name': 'family',
                'verbose_name_plural': 'families',
                'ordering': ['slug'],
            },
        ),
        migrations.AddField(
            model_name='exerciseversion',
            name='family',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exercises.family', verbose_name='family'),
        ),
        migrations.CreateModel(
            name='FormerExerciseAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField()),
                ('changed_at', models.DateTimeField(auto_now_add=True)),
                ('exercise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_addresses', to='exercises.exercise')),
            ],
            options={
                'verbose_name': 'former address of an exercise',
                'verbose_name_plural': 'former addresses of exercises',
            },
        ),
        migrations.CreateModel(
            name='HelpUsed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='guest')),
                ('hints', models.PositiveSmallIntegerField(default=0)),
                ('solution_opened_at', models.DateTimeField(null=True)),
                ('exercise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exercises.exercise')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'help that was used',
                'verbose_name_plural': 'help that was used',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='KeptDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='guest')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('files', models.JSONField()),
                ('reason', models.CharField(choices=[('reset', 'Before a reset'), ('replaced', 'Before older code was used again'), ('conflict', 'The draft that was not chosen'), ('login', 'The older draft at a login')], max_length=8)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('exercise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exercises.exercise')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'draft that was set aside',
                'verbose_name_plural': 'drafts that were set aside',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LessonDone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='guest')),
                ('done_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.lesson')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'finished lesson',
                'verbose_name_plural': 'finished lessons',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProblemReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='guest')),
                ('kind', models.CharField(choices=[('problem', 'Problem'), ('unclear', 'Not clear'), ('clear', 'Clear')], max_length=16, verbose_name='kind')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('page', models.CharField(max_length=300, verbose_name='page')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed at')),
                ('closed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('exercise_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='exercises.exerciseversion', verbose_name='exercise')),
                ('lesson_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='courses.lessonversion', verbose_name='lesson')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'problem report',
                'verbose_name_plural': 'problem reports',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Rejudging',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('against', models.CharField(choices=[('published', 'the published version'), ('same', 'the version that judged it before')], max_length=9, verbose_name='against')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('skipped', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('applied_at', models.DateTimeField(editable=False, null=True)),
                ('discarded_at', models.DateTimeField(editable=False, null=True)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'judging again',
                'verbose_name_plural': 'attempts judged again',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='guest')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('files', models.JSONField()),
                ('answers', models.JSONField(null=True)),
                ('client_key', models.UUIDField(editable=False, null=True)),
                ('is_preview', models.BooleanField(default=False, editable=False, verbose_name='preview')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('exercise_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='exercises.exerciseversion', verbose_name='exercise')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'submission',
                'verbose_name_plural': 'submissions',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SelfAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticked', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='self_assessment', to='exercises.submission')),
            ],
            options={
                'verbose_name': 'self-assessment',
                'verbose_name_plural': 'self-assessments',
            },
        ),
        migrations.CreateModel(
            name='EntryMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry', models.PositiveSmallIntegerField()),
                ('is_from_staff', models.BooleanField()),
                ('text', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('read_at', models.DateTimeField(editable=False, null=True)),
                ('mail_due_at', models.DateTimeField(editable=False, null=True)),
                ('mail_tries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('author', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='exercises.submission')),
            ],
            options={
                'verbose_name': 'message about an entry',
                'verbose_name_plural': 'messages about entries',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ScenarioAnswers',
            fields=[
            ],
            options={
                'verbose_name': 'answer to a scenario',
                'verbose_name_plural': 'answers to scenarios',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('exercises.submission',),
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='guest')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('listing', models.CharField(blank=True, max_length=100)),
                ('kind', models.CharField(choices=[('http', 'Web application'), ('function', 'Function'), ('script', 'Program'), ('streamlit', 'Streamlit app')], max_length=16)),
                ('framework', models.CharField(blank=True, max_length=16)),
                ('limits', models.JSONField(default=dict)),
                ('files', models.JSONField()),
                ('request', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('exercise_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='exercises.exerciseversion')),
                ('lesson_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='courses.lessonversion')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'trial',
                'verbose_name_plural': 'trials',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='UUID')),
                ('program', models.CharField(blank=True, max_length=120, verbose_name='program')),
                ('is_preview', models.BooleanField(default=False, verbose_name='preview')),
                ('purpose', models.CharField(choices=[('submit', 'Submission'), ('run', 'Run without an attempt'), ('check', 'Check of what staff wrote'), ('rejudge', 'Judged again')], default='submit', max_length=8, verbose_name='purpose')),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('broken', 'Broken')], default='queued', max_length=9, verbose_name='status')),
                ('verdict', models.CharField(blank=True, choices=[('passed', 'Passed'), ('failed', 'Failed'), ('crashed', 'Crashed'), ('timed_out', 'Timed out'), ('memory_exceeded', 'Memory exceeded'), ('output_exceeded', 'Output exceeded'), ('ran', 'Ran')], max_length=15, verbose_name='verdict')),
                ('reason', models.CharField(blank=True, max_length=32, verbose_name='reason')),
                ('details', models.JSONField(default=dict)),
                ('tests', models.JSONField(default=list)),
                ('answer', models.JSONField(null=True)),
                ('score', models.FloatField(null=True, verbose_name='score')),
                ('seed', models.BigIntegerField(verbose_name='seed')),
                ('level', models.CharField(blank=True, max_length=16, verbose_name='level')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('workers_lost', models.PositiveSmallIntegerField(default=0, verbose_name='lost workers')),
                ('lease', models.UUIDField(null=True, verbose_name='lease')),
                ('leased_until', models.DateTimeField(null=True, verbose_name='leased until')),
                ('requeue_at', models.DateTimeField(null=True, verbose_name='sent again at')),
                ('stdout', models.TextField(blank=True)),
                ('stderr', models.TextField(blank=True)),
                ('truncated', models.BooleanField(default=False, verbose_name='truncated')),
                ('wall_ms', models.PositiveIntegerField(null=True, verbose_name='time (ms)')),
                ('cpu_ms', models.PositiveIntegerField(null=True, verbose_name='processor time (ms)')),
                ('memory_bytes', models.PositiveBigIntegerField(null=True, verbose_name='memory (bytes)')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('exercise_check', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='exercises.exercisecheck', verbose_name='check')),
                ('judged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exercises.exerciseversion', verbose_name='judged by')),
                ('rejudging', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='exercises.rejudging', verbose_name='re-judging')),
                ('submission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='exercises.submission', verbose_name='submission')),
                ('trial', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='run', to='exercises.trial', verbose_name='trial')),
            ],
            options={
                'verbose_name': 'run',
                'verbose_name_plural': 'runs',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.UUIDField(blank=True, db_index=True, null=True, verbose_name='guest')),
                ('files', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='account')),
                ('exercise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exercises.exercise')),
            ],
            options={
                'verbose_name': 'draft',
                'verbose_name_plural': 'drafts',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('guest__isnull', False), ('user__isnull', True)), models.Q(('guest__isnull', True), ('user__isnull', False)), _connector='OR'), name='draft_has_one_owner'), models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('user', 'exercise'), name='draft_once_by_user'), models.UniqueConstraint(condition=models.Q(('guest__isnull', False)), fields=('guest', 'exercise'), name='draft_once_by_guest')],
            },
        ),
        migrations.AddConstraint(
            model_name='exercise',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published__isnull', True), ('published_at__isnull', True)), models.Q(('published__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='exercise_published_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='exercise',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scheduled__isnull', True), ('scheduled_at__isnull', True)), models.Q(('published__isnull', False), ('scheduled__isnull', False), ('scheduled_at__isnull', False)), _connector='OR'), name='exercise_scheduled_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='exerciseversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('origin', 'restored'), ('restored_number__isnull', False)), models.Q(models.Q(('origin', 'restored'), _negated=True), ('restored_number__isnull', True)), _connector='OR'), name='exerciseversion_restored_has_a_number'),
        ),
        migrations.AddConstraint(
            model_name='exerciseversion',
            constraint=models.UniqueConstraint(fields=('exercise', 'number'), name='exercise_version_number_once'),
        ),
        migrations.AddConstraint(
            model_name='formerexerciseaddress',
            constraint=models.UniqueConstraint(fields=('slug',), name='former_exercise_slug_once'),
        ),
        migrations.AddConstraint(
            model_name='helpused',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('guest__isnull', False), ('user__isnull', True)), models.Q(('guest__isnull', True), ('user__isnull', False)), _connector='OR'), name='helpused_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='helpused',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('user', 'exercise'), name='help_used_once_by_user'),
        ),
        migrations.AddConstraint(
            model_name='helpused',
            constraint=models.UniqueConstraint(condition=models.Q(('guest__isnull', False)), fields=('guest', 'exercise'), name='help_used_once_by_guest'),
        ),
        migrations.AddIndex(
            model_name='keptdraft',
            index=models.Index(fields=['user', 'exercise'], name='kept_draft_of_user'),
        ),
        migrations.AddIndex(
            model_name='keptdraft',
            index=models.Index(fields=['guest', 'exercise'], name='kept_draft_of_guest'),
        ),
        migrations.AddConstraint(
            model_name='keptdraft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('guest__isnull', False), ('user__isnull', True)), models.Q(('guest__isnull', True), ('user__isnull', False)), _connector='OR'), name='keptdraft_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='lessondone',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('guest__isnull', False), ('user__isnull', True)), models.Q(('guest__isnull', True), ('user__isnull', False)), _connector='OR'), name='lessondone_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='lessondone',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('user', 'lesson'), name='lesson_done_once_by_user'),
        ),
        migrations.AddConstraint(
            model_name='lessondone',
            constraint=models.UniqueConstraint(condition=models.Q(('guest__isnull', False)), fields=('guest', 'lesson'), name='lesson_done_once_by_guest'),
        ),
        migrations.AddConstraint(
            model_name='problemreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('guest__isnull', False), ('user__isnull', True)), models.Q(('guest__isnull', True), ('user__isnull', False)), _connector='OR'), name='problemreport_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='problemreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('exercise_version__isnull', False), ('lesson_version__isnull', True)), models.Q(('exercise_version__isnull', True), ('lesson_version__isnull', False)), _connector='OR'), name='problemreport_is_about_one_version'),
        ),
        migrations.AddConstraint(
            model_name='rejudging',
            constraint=models.CheckConstraint(condition=models.Q(('applied_at__isnull', True), ('discarded_at__isnull', True), _connector='OR'), name='rejudging_applied_or_discarded'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['user', 'exercise_version'], name='submission_of_user'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['guest', 'exercise_version'], name='submission_of_guest'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('guest__isnull', False), ('user__isnull', True)), models.Q(('guest__isnull', True), ('user__isnull', False)), _connector='OR'), name='submission_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('answers__isnull', True), ('files', {}), _connector='OR'), name='submission_files_or_answers'),
        ),
        migrations.AddIndex(
            model_name='entrymessage',
            index=models.Index(condition=models.Q(('mail_due_at__isnull', False)), fields=['mail_due_at'], name='entrymessage_mail_due'),
        ),
        migrations.AddConstraint(
            model_name='entrymessage',
            constraint=models.CheckConstraint(condition=models.Q(('entry__gte', 1)), name='entrymessage_entry_from_one'),
        ),
        migrations.AddConstraint(
            model_name='entrymessage',
            constraint=models.CheckConstraint(condition=models.Q(('is_from_staff', True), models.Q(('author__isnull', True), ('mail_due_at__isnull', True)), _connector='OR'), name='entrymessage_only_staff_have_authors_and_mails'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('guest__isnull', False), ('user__isnull', True)), models.Q(('guest__isnull', True), ('user__isnull', False)), _connector='OR'), name='trial_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('exercise_version__isnull', False), ('lesson_version__isnull', True), ('listing', '')), models.Q(('exercise_version__isnull', True), ('lesson_version__isnull', False), models.Q(('listing', ''), _negated=True)), _connector='OR'), name='trial_of_exercise_or_listing'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('status__in', ['queued', 'running'])), fields=['status', 'id'], name='run_pending'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('exercise_check__isnull', True), ('submission__isnull', False), ('trial__isnull', True)), models.Q(('exercise_check__isnull', True), ('submission__isnull', True), ('trial__isnull', False)), models.Q(('exercise_check__isnull', False), ('submission__isnull', True), ('trial__isnull', True)), _connector='OR'), name='run_of_submission_trial_or_check'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('exercise_check__isnull', True), ('program', '')), models.Q(('exercise_check__isnull', False), models.Q(('program', ''), _negated=True)), _connector='OR'), name='run_program_iff_check'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('is_preview', False), ('status__in', ['queued', 'running'])), fields=('submission',), name='run_one_pending_a_submission'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('rejudging', 'submission'), name='run_once_a_rejudging'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('is_preview', False), models.Q(('rejudging__isnull', False), ('submission__isnull', False)), _connector='OR'), name='run_preview_of_a_rejudging'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'done'), models.Q(('verdict', ''), _negated=True)), models.Q(models.Q(('status', 'done'), _negated=True), ('verdict', '')), _connector='OR'), name='run_verdict_iff_done'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease__isnull', False), ('leased_until__isnull', False), ('status', 'running')), models.Q(models.Q(('status', 'running'), _negated=True), ('lease__isnull', True), ('leased_until__isnull', True)), _connector='OR'), name='run_lease_iff_running'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('status__in', ['queued', 'running'])), models.Q(models.Q(('status__in', ['queued', 'running']), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='run_finished_iff_final'),
        ),
    ]
